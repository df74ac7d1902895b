package import NPSModel

/// Which responses ``ResponseQueue/list(_:)`` shows. Page by passing the last item's sequence as `after`.
package struct QueueFilter: Sendable, Hashable {
    /// Nil for all states.
    package var state: ResponseState?
    /// Whose; nil for everybody's. Delivered ones are found, too, unless an early version had delivered them.
    package var person: EmailAddress?
    /// At most ``maximum`` are given at once, so that a long listing doesn't keep acceptance waiting.
    package var limit: Int
    package var after: Int64?

    package static let maximum = 1_000

    package init(
        state: ResponseState? = nil,
        person: EmailAddress? = nil,
        limit: Int = 100,
        after: Int64? = nil
    ) {
        self.state = state
        self.person = person
        self.limit = limit
        self.after = after
    }
}
