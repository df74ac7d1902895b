package import NPSModel

/// Why sources can't be used, or why a source can't sign.
package enum WebhookError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Everything that is wrong with files and secrets; never empty.
    case sources([ConfigurationProblem])
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
