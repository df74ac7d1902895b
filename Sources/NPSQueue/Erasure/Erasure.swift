package import Foundation
package import NPSModel

/// What ``ResponseQueue/erase(_:remotely:onPart:)`` removed. Contains no personal data.
package struct Erasure: Sendable, Hashable, Codable {
    /// One response that was removed.
    package struct Response: Sendable, Hashable, Codable {
        package let id: ResponseID
        /// Its state before.
        package let state: ResponseState

        package init(id: ResponseID, state: ResponseState) {
            self.id = id
            self.state = state
        }
    }

    /// A record that Planhat may still have of a response that was erased, now or earlier.
    package struct Remote: Sendable, Hashable, Codable {
        /// The `sourceId` there.
        package let id: ResponseID
        /// Nil when Planhat never returned it.
        package let planhatId: String?
        /// From when it can be deleted there; nil while a request is under way, whose verdict comes first.
        package let deletableFrom: Date?

        package init(id: ResponseID, planhatId: String?, deletableFrom: Date?) {
            self.id = id
            self.planhatId = planhatId
            self.deletableFrom = deletableFrom
        }
    }

    package let erasedAt: Date
    /// In the order of acceptance, without those that had been erased before.
    package let responses: [Response]
    /// Listed until ``ResponseQueue/confirmErasure(_:)`` is told that Planhat has them no more.
    package let remote: [Remote]

    package init(erasedAt: Date, responses: [Response], remote: [Remote]) {
        self.erasedAt = erasedAt
        self.responses = responses
        self.remote = remote
    }
}

extension Erasure.Remote {
    /// Nil when Planhat has nothing of it.
    init?(_ tombstone: StoredResponse) {
        guard let trace = tombstone.lifecycle.remote else { return nil }
        self.init(id: tombstone.id, planhatId: tombstone.lifecycle.planhatID, deletableFrom: trace.date?.date)
    }
}
