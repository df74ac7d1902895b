/// Why the sandbox can't start, in a sentence for the person who starts it.
package enum SandboxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Everything that is wrong with the given faults, one sentence each.
    case faults([String])
    case emptyToken
    case database(String)

    package var description: String {
        switch self {
        case .faults(let problems):
            "The sandbox's faults can't be understood: " + problems.joined(separator: "; ") + "."
        case .emptyToken:
            "The sandbox's token is empty: give it one, the same that its clients send."
        case .database(let reason):
            "The sandbox's database can't be opened (\(reason)): check its path, its permissions and the free disk space."
        }
    }
}
