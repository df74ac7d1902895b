package import NPSModel

extension ResponseQueue {
    package func status() async throws(QueueError) -> QueueStatus {
        try await transact { transaction in try transaction.status() }
    }

    /// In the order of acceptance. For an export, page with ``QueueFilter/after`` until a page is empty.
    package func list(_ filter: QueueFilter) async throws(QueueError) -> [QueueItem] {
        let person = filter.person.map(personKey.digest)
        let rows = try await transact { transaction in try transaction.list(filter, of: person) }
        var items: [QueueItem] = []
        items.reserveCapacity(rows.count)
        for row in rows { items.append(try QueueItem(row)) }
        return items
    }

    /// Nil for an unknown id.
    package func show(_ id: ResponseID) async throws(QueueError) -> QueueItem? {
        let shown = try await transact { transaction in try transaction.show(id) }
        guard let shown else { return nil }
        return try QueueItem(shown.row, history: shown.history)
    }

    /// Makes parked responses pending, due at once, with their attempts counted anew. Nil means all that are parked.
    /// Gives how many there were.
    package func retry(_ ids: [ResponseID]?) async throws(QueueError) -> Int {
        guard let ids else { return try await retryParked { _ in true } }
        return try await transact { transaction in
            var count = 0
            for id in ids { count += try transaction.retry(id) }
            return count
        }
    }
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
