/// What keeps the sources from being used.
package enum WebhookError: Error, Sendable, Hashable, CustomStringConvertible {
    /// All that is wrong with presets' overrides, files and secrets, at once; never empty.
    case sources([SourceProblem])
    /// The named source's secrets are public keys, or it doesn't sign at all.
    case cannotSign(String)

    /// One sentence each.
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
                + "form-encoded body the field that is signed."
        }
    }
}
