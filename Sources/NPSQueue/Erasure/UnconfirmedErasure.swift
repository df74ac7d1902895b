package import Foundation
package import NPSModel

/// The tombstone of a response that Planhat may still have a record of.
package struct UnconfirmedErasure: Sendable, Hashable, Codable {
    /// The place in the order of acceptance; it never changes.
    package let sequence: Int64
    /// The `sourceId` at Planhat.
    package let id: ResponseID
    /// Nil when Planhat never returned it.
    package let planhatId: String?
    package let erasedAt: Date
    /// From when it can be deleted at Planhat; nil while a request is under way, whose verdict comes first.
    package let deletableFrom: Date?
    /// Whether somebody asked to have it deleted at Planhat, too. Then the running collector does that by itself.
    package let isRemoteDeletionWanted: Bool

    package init(
        sequence: Int64,
        id: ResponseID,
        planhatId: String?,
        erasedAt: Date,
        deletableFrom: Date?,
        isRemoteDeletionWanted: Bool
    ) {
        self.sequence = sequence
        self.id = id
        self.planhatId = planhatId
        self.erasedAt = erasedAt
        self.deletableFrom = deletableFrom
        self.isRemoteDeletionWanted = isRemoteDeletionWanted
    }

    /// What is to be deleted at Planhat.
    package var remote: Erasure.Remote {
        Erasure.Remote(
            id: id,
            planhatId: planhatId,
            deletableFrom: deletableFrom,
            isWanted: isRemoteDeletionWanted
        )
    }
}

extension UnconfirmedErasure {
    init(_ row: StoredResponse) throws(QueueError) {
        guard let closedAt = row.lifecycle.closedAt else { throw .damaged("a tombstone has no date") }
        self.init(
            sequence: row.sequence,
            id: row.id,
            planhatId: row.lifecycle.planhatID,
            erasedAt: closedAt.date,
            deletableFrom: row.lifecycle.remote?.date?.date,
            isRemoteDeletionWanted: row.lifecycle.isRemoteDeletionWanted
        )
    }
}
