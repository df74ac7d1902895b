package import Foundation
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

/// A response as `queue list` and `queue show` print it.
package struct QueueItem: Sendable, Hashable, Codable {
    /// The order of acceptance; never changes.
    package let sequence: Int64
    package let id: ResponseID
    package let state: ResponseState
    package let source: String
    /// The person's words; nil once delivered or erased.
    package let email: String?
    package let score: Int?
    package let comment: String?
    /// What else the answer came with, nil once delivered or erased.
    package let answeredAt: Date?
    package let sentAt: Date?
    package let campaignId: String?
    package let companyId: String?
    package let custom: [String: JSONValue]?
    package let revision: Int
    /// As many as the history ever had; the plan counts fewer, those that were the response's own.
    package let attempts: Int
    package let mustUpsert: Bool
    package let acceptedAt: Date
    /// When the present content came in.
    package let receivedAt: Date
    /// The present content is what was held, since it may not be a person's.
    package let isMechanical: Bool
    /// Planhat has, or is to get, such content; a person's answer takes that back.
    package let isSuspect: Bool
    package let nextAttemptAt: Date?
    /// Until then it waits for a person to answer, since it may not be one's; nil for all others.
    package let heldUntil: Date?
    package let deliveredAt: Date?
    package let planhatId: String?
    /// Why the last attempt didn't deliver, or why it is parked.
    package let reason: String?
    /// Oldest first, the last ``QueueTransaction/historyLength`` at most; nil but for `show`.
    package var history: [Attempt]?
}

extension QueueItem {
    init(_ row: ListedRow, history: [Attempt]? = nil) throws(QueueError) {
        guard let id = ResponseID(rawValue: row.id), let state = ResponseState(rawValue: row.state) else {
            throw .damaged("a row has no valid id or state")
        }
        let content = row.payload.flatMap(StoredContent.init(json:))
        self.init(
            sequence: row.sequence,
            id: id,
            state: state,
            source: row.source,
            email: content?.email,
            score: content?.score,
            comment: content?.comment,
            answeredAt: content?.answeredAt.date,
            sentAt: content?.sentAt?.date,
            campaignId: content?.campaignId,
            companyId: content?.companyId,
            custom: content?.custom,
            revision: row.revision,
            attempts: row.attempts,
            mustUpsert: row.mustUpsert,
            acceptedAt: row.acceptedAt.date,
            receivedAt: row.receivedAt.date,
            isMechanical: row.botFlag == BotFlag.current.rawValue,
            isSuspect: row.botFlag != BotFlag.none.rawValue,
            nextAttemptAt: row.nextAttemptAt?.date,
            heldUntil: row.heldUntil?.date,
            deliveredAt: row.deliveredAt?.date,
            planhatId: row.planhatID,
            reason: row.reason,
            history: history
        )
    }
}
