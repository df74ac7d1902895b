package import Foundation
package import NPSModel

extension ResponseQueue {
    /// The counters, the age of what has been pending longest, and how many are held.
    package func status() async throws(QueueError) -> QueueStatus {
        try await transact { transaction in try transaction.status() }
    }

    /// Responses in the order of acceptance, at most ``QueueFilter/maximum``. For all, page with ``QueueFilter/after``
    /// until a page is empty.
    package func list(_ filter: QueueFilter) async throws(QueueError) -> [QueueItem] {
        let person = filter.person.map(personKey.digest)
        let rows = try await transact { transaction in try transaction.list(filter, of: person) }
        var items: [QueueItem] = []
        items.reserveCapacity(rows.count)
        for row in rows { items.append(try QueueItem(row)) }
        return items
    }

    /// One response with its history; nil for an unknown id.
    package func show(_ id: ResponseID) async throws(QueueError) -> QueueItem? {
        let shown = try await transact { transaction in try transaction.show(id) }
        guard let shown else { return nil }
        var item = try QueueItem(shown.row, history: shown.history)
        item.notes = shown.notes.map(StoredNotes.notes)
        return item
    }

    /// Makes parked responses pending and due at once, with their attempts counted from 0. Ids that aren't parked are
    /// ignored; nil stands for all that are parked. Returns how many became pending.
    ///
    /// - Parameter due: of those with the ids; nil for at once.
    package func retry(_ ids: [ResponseID]?, due: Date? = nil) async throws(QueueError) -> Int {
        guard let ids else { return try await retryParked { _ in true } }
        return try await transact { transaction in
            var count = 0
            for id in ids { count += try transaction.retry(id, due: due) }
            return count
        }
    }

    /// Like `retry(_:)` for the parked responses whose reason contains the text, regardless of case.
    package func retry(reasonContaining text: String) async throws(QueueError) -> Int {
        try await retryParked { $0?.range(of: text, options: .caseInsensitive) != nil }
    }

    /// - Parameter isIncluded: called with the reason of each parked response.
    private func retryParked(_ isIncluded: @escaping @Sendable (String?) -> Bool) async throws(QueueError) -> Int {
        var count = 0
        var last: Int64 = 0
        while true {
            let after = last
            let part = try await transact { transaction in
                let parked = try transaction.responses(in: .parked, after: after, limit: Self.chunk)
                var count = 0
                for response in parked where isIncluded(response.lifecycle.reason) {
                    count += try transaction.retry(response)
                }
                return (count: count, last: parked.last?.sequence)
            }
            count += part.count
            guard let next = part.last else { return count }
            last = next
        }
    }
}
