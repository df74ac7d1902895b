package import Foundation
package import NPSModel

/// What ``ResponseQueue/erase(_:)-(EmailAddress)`` removed. Names nobody.
package struct Erasure: Sendable, Hashable, Codable {
    /// One response that was removed.
    package struct Response: Sendable, Hashable, Codable {
        package let id: ResponseID
        /// Where it stood until then.
        package let state: ResponseState

        package init(id: ResponseID, state: ResponseState) {
            self.id = id
            self.state = state
        }
    }

    /// What may still be at Planhat of this person, erased now or earlier.
    package struct Remote: Sendable, Hashable, Codable {
        /// The `sourceId` there.
        package let id: ResponseID
        /// Nil when Planhat never told it.
        package let planhatId: String?
        /// When it can be deleted there; nil while a request is under way, whose answer is awaited first.
        package let deletableFrom: Date?

        package init(id: ResponseID, planhatId: String?, deletableFrom: Date?) {
            self.id = id
            self.planhatId = planhatId
            self.deletableFrom = deletableFrom
        }
    }

    package let erasedAt: Date
    /// In the order of their acceptance; those that were erased before are not in it.
    package let responses: [Response]
    /// Until ``ResponseQueue/confirmErasure(_:)`` says that they are gone.
    package let remote: [Remote]

    package init(erasedAt: Date, responses: [Response], remote: [Remote]) {
        self.erasedAt = erasedAt
        self.responses = responses
        self.remote = remote
    }
}
