/// Which of a source's secrets may be used for what.
extension SourceBuilder {
    /// A number in a file that no secret has.
    mutating func noteMissingNumbers(
        _ name: String,
        _ policy: SignaturePolicy,
        _ secrets: [String],
        place: String
    ) {
        let highest = policy.schemes.flatMap(\.secret.numbers).max() ?? 0
        guard !secrets.isEmpty, highest > secrets.count else { return }
        let message = "names the secret \(highest), but webhooks.\(name).secrets has only \(secrets.count)"
        problems.append(SourceProblem(place: place, field: "signature.secret.number", message: message))
    }

    /// A token crosses in clear: could it be the key of the signature too, `all_of` would prove no more than the token.
    /// Where there are two secrets, ``Verifier`` sees to it that each is used for one thing; with more of them, several
    /// tokens may be known, and the file has to tell them from the keys.
    mutating func noteSharedSecrets(_ name: String, _ secrets: [String], _ schemes: [SchemeVerifier]) {
        let tokens = schemes.filter { $0.scheme.kind == .token }.flatMap(\.keys).map { secrets[$0.index] }
        let others = schemes.filter { $0.scheme.kind != .token }.flatMap(\.keys).map { secrets[$0.index] }
        guard !Set(tokens).isDisjoint(with: others) else { return }
        let count = Set(tokens + others).count
        guard count != 2 || secrets.count != 2 else { return }
        let message =
            count == 1
            ? "must hold two: with all_of the token, which is sent in clear, can't be the secret that signs"
            : "has more than two: say which is whose with secret: {number: ...} in each scheme of signature.all_of"
        problems.append(SourceProblem(place: "webhooks.\(name).secrets", message: message))
    }

    /// Names a secret by its place in the list, never by its text.
    mutating func noteUselessSecrets(_ name: String, _ secrets: [String], _ schemes: [SchemeVerifier]) {
        guard !schemes.contains(where: { $0.scheme.kind == .none }) else { return }
        let used = Set(schemes.flatMap { $0.keys.map(\.index) })
        for index in secrets.indices where !used.contains(index) {
            let message =
                secrets[index].isEmpty
                ? "number \(index + 1) is empty"
                : "number \(index + 1) is of no scheme, or not in the form that the signature needs"
            problems.append(SourceProblem(place: "webhooks.\(name).secrets", message: message))
        }
    }

    /// Anybody may know a public key: where it is the secret of another scheme, too, anybody could sign.
    mutating func notePublicKeys(_ name: String, _ secrets: [String], _ schemes: [SchemeVerifier]) {
        let isPublic: (SchemeVerifier) -> Bool = { $0.scheme.kind == .ed25519 }
        let keys = Set(schemes.filter(isPublic).flatMap(\.keys).map { secrets[$0.index] })
        let others = Set(schemes.filter { !isPublic($0) }.flatMap(\.keys).map { secrets[$0.index] })
        for index in secrets.indices where keys.contains(secrets[index]) && others.contains(secrets[index]) {
            let message =
                "number \(index + 1) may be a public key, and is believed as a secret of another scheme as well: say "
                + "which is whose with secret: {number: ...} or a prefix in each scheme"
            problems.append(SourceProblem(place: "webhooks.\(name).secrets", message: message))
        }
    }
}
