import NPSModel

/// Builds sources from presets or files and the configured secrets, and collects all problems that it finds.
struct SourceBuilder {
    /// For a source whose name is its only protection: 20 random letters and digits are 100 bits.
    private static let unguessableLength = 20

    /// The source of the form's own responses: a tool's could be taken for the form's.
    private static let reservedName = "survey"

    private static let noPreset =
        "is given, but there is no preset of that name, and webhooks.directory, for files, isn't set"

    let secrets: [String: ConfiguredSecrets]
    /// Sources that secrets can switch on.
    private let names: [String]
    private let hasDirectory: Bool
    var problems: [ConfigurationProblem] = []

    /// - Parameters:
    ///   - names: of presets and files, to find out what an unknown one was meant to be.
    ///   - hasDirectory: whether there is a directory for files at all.
    init(secrets: [String: ConfiguredSecrets], names: [String] = [], hasDirectory: Bool = false) {
        self.secrets = secrets
        self.names = names
        self.hasDirectory = hasDirectory
    }

    private mutating func isReserved(_ name: String, place: String) -> Bool {
        guard name == Self.reservedName else { return false }
        let message = "is for a source named survey, which is the collector's own form: give it another name"
        problems.append(ConfigurationProblem(place: place, message: message))
        return true
    }

    /// The source of a preset; nil, with a problem noted, when it can't be built.
    ///
    /// - Parameter preset: nil when there is none of this name.
    mutating func source(_ name: String, preset: SourceFile?) -> WebhookSource? {
        let place = "webhooks.\(name).secrets"
        if isReserved(name, place: place) { return nil }
        if let preset { return source(name, preset, place: place) }
        let hint = Spelling.nearest(name, among: names.sorted()).map { ": did you mean webhooks.\($0).secrets?" }
        let reason = hasDirectory ? "is given, but there is no preset or file of that name" : Self.noPreset
        problems.append(ConfigurationProblem(place: place, message: reason + (hint ?? "")))
        return nil
    }

    /// The source of a file; nil, with a problem noted, when it can't be built.
    ///
    /// - Parameter place: the file's path or the setting's key, for the problems.
    mutating func source(_ name: String, _ file: SourceFile, place: String) -> WebhookSource? {
        if isReserved(name, place: place) { return nil }
        let verifier = verifier(name, file, place: place)
        let mapping = mapping(file, place: place)
        guard let verifier, let mapping else { return nil }
        return WebhookSource(name: name, verifier: verifier, mapping: mapping, file: file)
    }

    private mutating func verifier(_ name: String, _ file: SourceFile, place: String) -> Verifier? {
        guard let policy = file.signature else {
            let message = "needs signature or preset: without one, nothing proves who sends"
            problems.append(ConfigurationProblem(place: place, message: message))
            return nil
        }
        let secrets = secrets[name]?.secrets(for: policy.schemes) ?? []
        if policy.isNone {
            noteProblemsOfNone(name, policy, secrets, place: place)
        } else if secrets.isEmpty, policy.needsSecrets {
            problems.append(ConfigurationProblem(place: "webhooks.\(name).secrets", message: "is missing"))
        }
        let schemes = policy.schemes.map { scheme in
            SchemeVerifier(
                scheme: scheme,
                keys: secrets.enumerated().compactMap { SigningKey($1, index: $0, for: scheme) }
            )
        }
        noteMissingNumbers(name, policy, secrets, place: place)
        noteUselessSecrets(name, secrets, schemes)
        noteWeakSecrets(name, secrets, schemes)
        noteEqualSecrets(name, secrets, schemes)
        notePublicKeys(name, secrets, schemes)
        let usable = schemes.filter { !$0.scheme.kind.needsSecret || !$0.keys.isEmpty }
        if policy.combination == .all, usable.count < schemes.count, !secrets.isEmpty {
            let message = "must have a secret for each scheme of signature.all_of"
            problems.append(ConfigurationProblem(place: "webhooks.\(name).secrets", message: message))
        } else if policy.combination == .all {
            noteSharedSecrets(name, secrets, schemes)
        }
        return Verifier(combination: policy.combination, schemes: usable)
    }

    private mutating func noteProblemsOfNone(
        _ name: String,
        _ policy: SignaturePolicy,
        _ secrets: [String],
        place: String
    ) {
        let field = "signature.kind"
        if policy.schemes.count > 1 {
            problems.append(ConfigurationProblem(place: place, field: field, message: "none can't be one of several"))
        }
        if !secrets.isEmpty {
            problems.append(
                ConfigurationProblem(
                    place: "webhooks.\(name).secrets",
                    message: "is given, but the signature's kind is none"
                )
            )
        }
        if name.utf8.count < Self.unguessableLength {
            let message =
                "none needs a file name of at least 20 random letters and digits: the name is its only protection"
            problems.append(ConfigurationProblem(place: place, field: field, message: message))
        }
    }

    mutating func mapping(_ file: SourceFile, place: String) -> Mapping? {
        guard let program = file.mapping else {
            let message = "needs mapping: a jq program that says what a payload means"
            problems.append(ConfigurationProblem(place: place, message: message))
            return nil
        }
        do throws(JQSyntaxError) {
            return try Mapping(program.text)
        } catch {
            for mistake in error.mistakes {
                let line = program.line.flatMap { first in mistake.line.map { first + $0 - 1 } }
                problems.append(
                    ConfigurationProblem(place: program.place, line: line, field: "mapping", message: mistake.message)
                )
            }
            return nil
        }
    }
}

/// Checks of which secrets a source uses for what.
extension SourceBuilder {
    /// A file refers to a secret by a number that doesn't exist.
    private mutating func noteMissingNumbers(
        _ name: String,
        _ policy: SignaturePolicy,
        _ secrets: [String],
        place: String
    ) {
        let highest = policy.schemes.flatMap(\.secret.numbers).max() ?? 0
        guard !secrets.isEmpty, highest > secrets.count else { return }
        let message = "names the secret \(highest), but webhooks.\(name).secrets has only \(secrets.count)"
        problems.append(ConfigurationProblem(place: place, field: "signature.secret.number", message: message))
    }

    /// A token is sent in clear. If it could also be the key of the signature, `all_of` would prove no more than the token
    /// alone. With two secrets, ``Verifier`` makes sure that each is used for one purpose; with more, several tokens may
    /// be known to others, so the file must say which secrets are tokens and which are keys.
    private mutating func noteSharedSecrets(_ name: String, _ secrets: [String], _ schemes: [SchemeVerifier]) {
        let tokens = schemes.filter { $0.scheme.kind == .token }.flatMap(\.keys).map { secrets[$0.index] }
        let others = schemes.filter { $0.scheme.kind != .token }.flatMap(\.keys).map { secrets[$0.index] }
        guard !Set(tokens).isDisjoint(with: others) else { return }
        let count = Set(tokens + others).count
        guard count != 2 || secrets.count != 2 else { return }
        let message =
            count == 1
            ? "must have two: with all_of, the token is sent in clear, so it can't be the secret that signs"
            : "has more than two: say which belongs to which scheme, with secret: {number: ...} in each of signature.all_of"
        problems.append(ConfigurationProblem(place: "webhooks.\(name).secrets", message: message))
    }

    /// The message names a secret by its number, never by its text.
    private mutating func noteUselessSecrets(_ name: String, _ secrets: [String], _ schemes: [SchemeVerifier]) {
        guard !schemes.contains(where: { $0.scheme.kind == .none }) else { return }
        let used = Set(schemes.flatMap { $0.keys.map(\.index) })
        for index in secrets.indices where !used.contains(index) {
            let message =
                secrets[index].isEmpty
                ? "number \(index + 1) is empty"
                : "number \(index + 1) is not in the form that the signature needs, or of no use to any scheme"
            problems.append(ConfigurationProblem(place: "webhooks.\(name).secrets", message: message))
        }
    }

    private mutating func noteWeakSecrets(_ name: String, _ secrets: [String], _ schemes: [SchemeVerifier]) {
        let weak = Set(schemes.flatMap(\.keys).filter { !$0.isLongEnough }.map(\.index))
        for index in secrets.indices where weak.contains(index) {
            let message =
                "number \(index + 1) is shorter than \(SecretFormat.minimumLength) bytes as the signature uses it, so it could "
                + "be guessed: have the tool use a longer one, such as what openssl rand -hex 24 prints"
            problems.append(ConfigurationProblem(place: "webhooks.\(name).secrets", message: message))
        }
    }

    /// Two spellings of one key are equal too.
    private mutating func noteEqualSecrets(_ name: String, _ secrets: [String], _ schemes: [SchemeVerifier]) {
        for (index, secret) in secrets.enumerated() where !secret.isEmpty {
            let earlier = secrets.indices.prefix(index).first { earlier in
                secrets[earlier] == secret
                    || schemes.contains { scheme in
                        let keys = scheme.keys.filter { $0.index == earlier || $0.index == index }
                        return keys.count == 2 && keys[0].bytes == keys[1].bytes
                    }
            }
            guard let earlier else { continue }
            let message = "number \(index + 1) is the same as number \(earlier + 1): leave one out"
            problems.append(ConfigurationProblem(place: "webhooks.\(name).secrets", message: message))
        }
    }

    /// Anybody may know a public key. If another scheme accepted it as a secret, anybody could sign.
    private mutating func notePublicKeys(_ name: String, _ secrets: [String], _ schemes: [SchemeVerifier]) {
        let isPublic: (SchemeVerifier) -> Bool = { $0.scheme.kind == .ed25519 }
        let keys = Set(schemes.filter(isPublic).flatMap(\.keys).map { secrets[$0.index] })
        let others = Set(schemes.filter { !isPublic($0) }.flatMap(\.keys).map { secrets[$0.index] })
        for index in secrets.indices where keys.contains(secrets[index]) && others.contains(secrets[index]) {
            let message =
                "number \(index + 1) may be a public key, but another scheme accepts it as a secret: say which belongs to "
                + "which scheme, with secret: {number: ...} or a prefix in each"
            problems.append(ConfigurationProblem(place: "webhooks.\(name).secrets", message: message))
        }
    }
}
