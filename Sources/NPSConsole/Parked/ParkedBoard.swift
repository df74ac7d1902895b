package import Foundation
package import NPSQueue

/// What is parked, by its reasons.
package struct ParkedBoard: Sendable {
    /// Parked responses that have the same reason.
    package struct Group: Sendable {
        package let reason: String
        package let cause: ParkedCause
        package fileprivate(set) var count = 0
        /// The first of them, as many as are asked for.
        package fileprivate(set) var responses: [ParkedResponse] = []
        /// Whether more follow after these.
        package fileprivate(set) var hasMore = false

        package var key: String { ReasonChoice.key(of: reason) }
    }

    /// How many are looked at: whoever looks holds each reason in memory.
    package static let limit = 200_000
    /// How many responses of one reason a page shows at most.
    package static let length = 6

    package let date: Date
    private var choice: ReasonChoice?
    private let after: Int64
    private let rows: Int
    private let cause: @Sendable (String) -> ParkedCause
    private var byReason: [String: Group] = [:]

    /// How many of any reason there are.
    package private(set) var count = 0
    /// How many are parked, as the books say.
    package var total = 0
    /// How many of the reasons stand before those that are shown.
    package let from: Int
    /// Whether there are more than were looked at.
    package var isCut: Bool { total > count }
    /// Nil when nothing is erased for its age soon.
    package var expiry: ParkedExpiry?

    /// - Parameters:
    ///   - key: only the group of this key, and all about it; nil for all groups.
    ///   - after: the sequence number of the last response that was listed before.
    ///   - from: how many of the reasons were shown before.
    ///   - rows: how many responses of a group are listed.
    package init(
        only key: String? = nil,
        after: Int64 = 0,
        from: Int = 0,
        rows: Int,
        at date: Date,
        cause: @escaping @Sendable (String) -> ParkedCause
    ) {
        choice = key.map { ReasonChoice($0) }
        (self.after, self.from, self.rows, self.date, self.cause) = (after, from, rows, date, cause)
    }

    /// - Parameter responses: the next ones in the order of acceptance.
    package mutating func add(_ responses: [ParkedResponse]) {
        count += responses.count
        for response in responses where choice?.holds(response.reason) != false {
            let reason = response.reason
            var group = byReason[reason] ?? Group(reason: reason, cause: cause(reason))
            group.count += 1
            if response.sequence > after {
                if group.responses.count < rows { group.responses.append(response) } else { group.hasMore = true }
            }
            byReason[reason] = group
        }
    }

    /// The most frequent first.
    package var groups: [Group] {
        byReason.values.sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
    }

    package var isOfOneGroup: Bool { choice != nil }
}
