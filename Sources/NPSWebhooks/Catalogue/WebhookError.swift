/// Why sources can't be used, or why a source can't sign.
package enum WebhookError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Everything that is wrong with files and secrets; never empty.
    case sources([SourceProblem])
    /// The named source has only public keys, doesn't sign at all, or the body lacks the field that is signed.
    case cannotSign(String)

    /// The problems, one sentence each.
    package var sentences: [String] {
        switch self {
        case .sources(let problems): problems.map(\.description)
        case .cannotSign: [description]
        }
    }

    package var description: String {
        switch self {
        case .sources(let problems): problems.map(\.description).joined(separator: "\n")
        case .cannotSign(let name):
            "The webhook \(name) can't sign this: webhooks.\(name).secrets needs a secret that isn't a public key, and a "
                + "form-encoded body needs the field that is signed."
        }
    }
}

/// One thing that is wrong with the sources, for the person who can fix it. Never contains a secret.
package struct SourceProblem: Sendable, Hashable, CustomStringConvertible {
    /// The file's path, or the setting's key.
    package let place: String
    /// The line in the file, from 1; nil when the problem isn't on one line.
    package let line: Int?
    /// Such as `signature.encoding`; nil for the file as a whole.
    package let field: String?
    /// Completes the sentence that begins with the field's or the place's name: "must be …".
    package let message: String

    package init(place: String, line: Int? = nil, field: String? = nil, message: String) {
        self.place = place
        self.line = line
        self.field = field
        self.message = message
    }

    package var description: String {
        place + (line.map { ":\($0)" } ?? "") + ": " + (field.map { $0 + " " } ?? "") + message
    }
}
