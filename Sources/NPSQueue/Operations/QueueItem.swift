package import Foundation
package import NPSModel

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
