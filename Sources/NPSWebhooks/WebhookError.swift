/// What is wrong with the sources, all of it at once.
package enum WebhookError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Each a sentence that names file and field, never a secret.
    case sources([String])

    package var problems: [String] {
        switch self {
        case .sources(let problems): problems
        }
    }

    package var description: String { problems.joined(separator: "\n") }
}
