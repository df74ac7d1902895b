/// Makes sources of what presets and files say and of the secrets, and notes everything that keeps it from doing so.
struct SourceBuilder {
    /// A name that nothing but its own secrecy protects: 20 random letters and digits are 100 bits.
    private static let unguessableLength = 20

    let secrets: [String: [String]]
    var problems: [SourceProblem] = []

    init(secrets: [String: [String]]) {
        self.secrets = secrets
    }

    /// The form's own name, under which its answers are kept: those of a tool could be taken for them.
    private static let reservedName = "survey"

    /// Also when it is a file's or has secrets only.
    private mutating func isReserved(_ name: String, place: String) -> Bool {
        guard name == Self.reservedName else { return false }
        let message = "is of a source that is called survey like the collector's own form: give it another name"
        problems.append(SourceProblem(place: place, message: message))
        return true
    }

    mutating func source(_ name: String, preset: SourceFile?) -> WebhookSource? {
        let place = "webhooks.\(name).secrets"
        if isReserved(name, place: place) { return nil }
        if let preset { return source(name, preset, place: place) }
        problems.append(SourceProblem(place: place, message: "is given, but there is no preset or file of that name"))
        return nil
    }

    mutating func source(_ name: String, _ file: SourceFile, place: String) -> WebhookSource? {
        if isReserved(name, place: place) { return nil }
        let verifier = verifier(name, file, place: place)
        let mapping = mapping(file, place: place)
        guard let verifier, let mapping else { return nil }
        return WebhookSource(name: name, verifier: verifier, mapping: mapping, file: file)
    }

    private mutating func verifier(_ name: String, _ file: SourceFile, place: String) -> Verifier? {
        guard let policy = file.signature else {
            let message = "needs signature or preset: without it nothing tells who sends"
            problems.append(SourceProblem(place: place, message: message))
            return nil
        }
        let secrets = secrets[name] ?? []
        if policy.isNone {
            noteFlawsOfNone(name, policy, secrets, place: place)
        } else if secrets.isEmpty {
            problems.append(SourceProblem(place: "webhooks.\(name).secrets", message: "is missing"))
        }
        let schemes = policy.schemes.map { scheme in
            SchemeVerifier(
                scheme: scheme,
                keys: secrets.enumerated().compactMap { SigningKey($1, index: $0, for: scheme) }
            )
        }
        noteMissingNumbers(name, policy, secrets, place: place)
        noteUselessSecrets(name, secrets, schemes)
        notePublicKeys(name, secrets, schemes)
        let usable = schemes.filter { $0.scheme.kind == .none || !$0.keys.isEmpty }
        if policy.combination == .all, usable.count < schemes.count, !secrets.isEmpty {
            let message = "must hold a secret for each scheme of signature.all_of"
            problems.append(SourceProblem(place: "webhooks.\(name).secrets", message: message))
        } else if policy.combination == .all {
            noteSharedSecrets(name, secrets, schemes)
        }
        return Verifier(combination: policy.combination, schemes: usable)
    }

    private mutating func noteFlawsOfNone(
        _ name: String,
        _ policy: SignaturePolicy,
        _ secrets: [String],
        place: String
    ) {
        let field = "signature.kind"
        if policy.schemes.count > 1 {
            problems.append(SourceProblem(place: place, field: field, message: "none can't be one of several"))
        }
        if !secrets.isEmpty {
            problems.append(
                SourceProblem(place: "webhooks.\(name).secrets", message: "is given, but the signature's kind is none")
            )
        }
        if name.utf8.count < Self.unguessableLength {
            let message = "none needs a file name of at least 20 random letters and digits: it is all that protects it"
            problems.append(SourceProblem(place: place, field: field, message: message))
        }
    }

    mutating func mapping(_ file: SourceFile, place: String) -> Mapping? {
        guard let program = file.mapping else {
            let message = "needs mapping: a jq program that says what a payload means"
            problems.append(SourceProblem(place: place, message: message))
            return nil
        }
        do throws(JQSyntaxError) {
            return try Mapping(program.text)
        } catch {
            for flaw in error.flaws {
                let line = program.line.flatMap { first in flaw.line.map { first + $0 - 1 } }
                problems.append(
                    SourceProblem(place: program.place, line: line, field: "mapping", message: flaw.message)
                )
            }
            return nil
        }
    }
}
