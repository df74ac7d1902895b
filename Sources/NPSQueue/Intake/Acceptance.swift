/// What became of one submission.
package enum Acceptance: String, Sendable, Hashable, Codable {
    /// A new response.
    case accepted
    /// A known response with other content: the newest wins.
    case updated
    /// Known with this very content, or erased: nothing to do.
    case unchanged
}
