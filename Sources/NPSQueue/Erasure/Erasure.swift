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
        /// Whether somebody asked to have it deleted there, now or earlier: then the running collector does that by itself.
        package let isWanted: Bool

        package init(id: ResponseID, planhatId: String?, deletableFrom: Date?, isWanted: Bool = false) {
            self.id = id
            self.planhatId = planhatId
            self.deletableFrom = deletableFrom
            self.isWanted = isWanted
        }
    }

    package let erasedAt: Date
    /// In the order of acceptance, without those that had been erased before.
    package let responses: [Response]
    /// Listed until ``ResponseQueue/confirmErasure(_:)`` is told that Planhat has them no more.
    package let remote: [Remote]
    /// Of how many of them the deletion at Planhat wasn't asked for before, and is now.
    package let ordered: Int

    package init(erasedAt: Date, responses: [Response], remote: [Remote], ordered: Int = 0) {
        self.erasedAt = erasedAt
        self.responses = responses
        self.remote = remote
        self.ordered = ordered
    }
}

// An earlier version's collector doesn't say what was asked for before.
extension Erasure {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            erasedAt: try container.decode(Date.self, forKey: .erasedAt),
            responses: try container.decode([Response].self, forKey: .responses),
            remote: try container.decode([Remote].self, forKey: .remote),
            ordered: try container.decodeIfPresent(Int.self, forKey: .ordered) ?? 0
        )
    }
}

extension Erasure.Remote {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try container.decode(ResponseID.self, forKey: .id),
            planhatId: try container.decodeIfPresent(String.self, forKey: .planhatId),
            deletableFrom: try container.decodeIfPresent(Date.self, forKey: .deletableFrom),
            isWanted: try container.decodeIfPresent(Bool.self, forKey: .isWanted) ?? false
        )
    }

    /// Nil when Planhat has nothing of it.
    init?(_ tombstone: StoredResponse) {
        let lifecycle = tombstone.lifecycle
        guard let trace = lifecycle.remote else { return nil }
        self.init(
            id: tombstone.id,
            planhatId: lifecycle.planhatID,
            deletableFrom: trace.date?.date,
            isWanted: lifecycle.isRemoteDeletionWanted
        )
    }
}
