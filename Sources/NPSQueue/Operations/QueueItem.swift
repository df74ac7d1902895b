package import Foundation
package import NPSModel

/// Which responses ``ResponseQueue/list(_:)`` shows. Page by passing the last item's sequence as `after`.
package struct QueueFilter: Sendable, Hashable {
    /// Nil for all states.
    package var state: ResponseState?
    /// Whose responses; nil for everybody's. Delivered ones are found too, except those that were delivered by a
    /// version that didn't store the digest of the address.
    package var person: EmailAddress?
    /// At most ``maximum`` are returned at once, so that acceptance doesn't wait for a long listing.
    package var limit: Int
    /// The sequence number of the last item of the previous page; nil for the first page.
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
    /// The place in the order of acceptance; it never changes.
    package let sequence: Int64
    package let id: ResponseID
    package let state: ResponseState
    package let source: String
    /// What the person answered, down to `custom`; nil once it is delivered or erased.
    package let email: String?
    package let score: Int?
    package let comment: String?
    package let answeredAt: Date?
    package let sentAt: Date?
    package let campaignId: String?
    package let companyId: String?
    package let custom: [String: JSONValue]?
    /// The survey of `surveys.directory` that was answered; nil for the settings' own, and where that isn't known.
    package let survey: String?
    package let revision: Int
    /// All attempts ever made. ``Claim/attempts`` has fewer: only those made with the present content that count.
    package let attempts: Int
    package let mustUpsert: Bool
    package let acceptedAt: Date
    /// When the present content was received.
    package let receivedAt: Date
    /// The present content may be a bot's; it was held for a while.
    package let isMechanical: Bool
    /// Planhat has, or will get, content that may be a bot's. A person's answer takes that back once it is delivered.
    package let isSuspect: Bool
    package let nextAttemptAt: Date?
    /// Until when it is held because it may be a bot's, so that the person can answer first; nil for all others.
    package let heldUntil: Date?
    package let deliveredAt: Date?
    package let planhatId: String?
    /// Why the last attempt failed, or why it is parked.
    package let reason: String?
    /// Oldest first, at most the last ``AttemptHistory/length``; nil except in `queue show`.
    package var history: [Attempt]?
    /// What of the present content was cut or left out when it came in; nil when nothing was, and except in `queue show`.
    package var notes: [FieldProblem]?
}

extension QueueItem {
    init(_ stored: StoredResponse) {
        let (content, lifecycle) = (stored.content, stored.lifecycle)
        self.init(
            sequence: stored.sequence,
            id: stored.id,
            state: lifecycle.state,
            source: stored.source,
            email: content?.email,
            score: content?.score,
            comment: content?.comment,
            answeredAt: content?.answeredAt.date,
            sentAt: content?.sentAt?.date,
            campaignId: content?.campaignId,
            companyId: content?.companyId,
            custom: content?.custom,
            survey: stored.tally?.tally?.survey,
            revision: lifecycle.revision,
            attempts: stored.history.count,
            mustUpsert: lifecycle.mustUpsert,
            acceptedAt: stored.acceptedAt.date,
            receivedAt: lifecycle.receivedAt.date,
            isMechanical: lifecycle.botFlag == .current,
            isSuspect: lifecycle.botFlag != .none,
            nextAttemptAt: lifecycle.nextAttemptAt?.date,
            heldUntil: lifecycle.heldUntil?.date,
            deliveredAt: lifecycle.deliveredAt?.date,
            planhatId: lifecycle.planhatID,
            reason: lifecycle.reason
        )
    }
}
