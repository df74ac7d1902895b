package import Foundation
package import NPSModel

extension ResponseQueue {
    /// After how many bytes of content a page of a listing ends: whoever asks for it holds it in memory.
    static let pageBytes = 16 << 20

    /// The counters, the age of what has been pending longest, and how many are held.
    package func status() async throws(QueueError) -> QueueStatus {
        let limit = configuration.quarantineByteLimit
        return try await read { transaction in
            var status = try transaction.status()
            status.quarantine = QuarantineUse(transaction.state.shares, limit: limit)
            return status
        }
    }

    /// Responses in the order of acceptance, at most ``QueueFilter/maximum``, and no more once they have
    /// ``pageBytes`` together. For all, page with ``QueueFilter/after`` until a page is empty.
    package func list(_ filter: QueueFilter) async throws(QueueError) -> [QueueItem] {
        let person = filter.person.map(personKey.digest)
        let limit = min(max(filter.limit, 0), QueueFilter.maximum)
        var items: [QueueItem] = []
        var bytes = 0
        var rest = filter
        while items.count < limit, bytes < Self.pageBytes {
            rest.limit = min(limit - items.count, Self.slice)
            let wanted = rest
            let part = try await readSlice { transaction in
                try transaction.list(wanted, of: person, byteLimit: Self.sliceBytes)
            }
            for response in part.responses {
                items.append(QueueItem(response))
                bytes += response.size
            }
            guard let last = part.last else { break }
            rest.after = last
        }
        return items
    }

    /// The last responses of a person, the last accepted first; at most ``slice``. They are found as ``QueueFilter/person``
    /// says.
    ///
    /// - Parameter before: the sequence number of the last response of the page before; nil for the first page.
    package func latest(
        of person: EmailAddress,
        before: Int64? = nil,
        limit: Int
    ) async throws(QueueError) -> [QueueItem] {
        let (digest, limit) = (personKey.digest(of: person), min(max(limit, 0), Self.slice))
        let last = try await readSlice { transaction in
            try transaction.rows.load(.lastOfPerson(digest, before: before ?? .max, limit: limit))
        }
        return last.map(QueueItem.init)
    }

    /// One response with its history; nil for an unknown id.
    package func show(_ id: ResponseID) async throws(QueueError) -> QueueItem? {
        let stored = try await read { transaction in try transaction.rows.load(id) }
        guard let stored else { return nil }
        var item = QueueItem(stored)
        item.history = stored.history.attempts(deliveredAt: stored.lifecycle.deliveredAt)
        item.notes = stored.notes.map(StoredNotes.notes)
        return item
    }

    /// Makes parked responses pending and due at once, with their attempts counted from 0. Ids that aren't parked are
    /// ignored. Returns how many became pending.
    ///
    /// - Parameters:
    ///   - due: when they are due; nil for at once.
    ///   - onPart: gets those that became pending, as soon as that is durable.
    package func retry(
        _ ids: [ResponseID],
        due: Date? = nil,
        onPart: ([ResponseID]) -> Void = { _ in }
    ) async throws(QueueError) -> Int {
        var count = 0
        try await inSlices(ids) { part in
            count += part.count
            onPart(part)
        } _: { transaction, part in
            try transaction.retry(part, due: due)
        }
        return count
    }

    /// Like `retry(_:due:)` for all responses that are parked, in the order of acceptance, with those that were accepted
    /// by the time of the first call. What is parked again meanwhile isn't retried again.
    ///
    /// - Parameters:
    ///   - text: only those whose reason contains it, regardless of case; nil for any reason.
    ///   - position: `next` of the previous call; nil to begin.
    ///   - limit: only begins new slices until so much time has passed; nil for all.
    ///   - onPart: gets how many became pending, as soon as that is durable.
    package func retryParked(
        reasonContaining text: String? = nil,
        after position: RetryPosition? = nil,
        within limit: Duration? = nil,
        onPart: (Int) -> Void = { _ in }
    ) async throws(QueueError) -> RetryProgress {
        let begin = ContinuousClock.now
        var progress = RetryProgress()
        var place = position
        repeat {
            let from = place
            let part = try await transactSlice { transaction in
                try transaction.retryParked(reasonContaining: text, after: from, limit: Self.slice)
            }
            onPart(part.count)
            progress.count += part.count
            progress.examined += part.examined
            place = part.next
        } while place != nil && limit.map { ContinuousClock.now - begin < $0 } != false
        progress.next = place
        return progress
    }
}
