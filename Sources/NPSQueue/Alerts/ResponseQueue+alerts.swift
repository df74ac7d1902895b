package import Foundation

extension ResponseQueue {
    /// The alerts that have begun and the messages that aren't delivered.
    ///
    /// - Parameter collectors: of which; nil for all. The empty name stands for what is true of the whole queue.
    package func keptAlerts(of collectors: [String]?) async throws(QueueError) -> KeptAlerts {
        try await read { transaction in try transaction.rows.keptAlerts(of: collectors) }
    }

    /// Writes what has changed. Idempotent.
    ///
    /// - Parameter isForAll: whether it is about the whole queue, so that only the collector that forwards may.
    /// - Returns: false, and nothing is written, when another one does by now.
    package func save(_ changes: AlertChanges, isForAll: Bool) async throws(QueueError) -> Bool {
        try await transact { transaction in
            if isForAll, try !transaction.rows.holdsLead() { return false }
            try transaction.rows.write(changes)
            return true
        }
    }

    /// To be called before a message is sent: of several that know it, one sends it at a time.
    ///
    /// - Parameter isForAll: as for ``save(_:isForAll:)``.
    package func claim(
        _ message: KeptMessage,
        until date: Date,
        isForAll: Bool
    ) async throws(QueueError) -> MessageClaim {
        try await transact { transaction in
            let rows = transaction.rows
            if isForAll, try !rows.holdsLead() { return .withoutLead }
            if try rows.claim(message, until: Milliseconds(date)) { return .ours }
            return try rows.keptMessage(message.id).map(MessageClaim.known) ?? .gone
        }
    }

    /// For how long what a collector left is kept, of which nothing else is known.
    private static let absence: Duration = .seconds(7 * 86_400)

    /// Removes what collectors left a week ago or earlier that aren't there.
    package func removeAlertsOfGoneCollectors() async throws(QueueError) {
        try await transact { transaction in
            try transaction.rows.removeAlertsOfGoneCollectors(before: transaction.now - Self.absence)
        }
    }

    /// Adds what came from sources since the last call, and returns what is known of all sources then.
    ///
    /// - Parameter records: counts since the last call that returned. Histories are written by the collector that forwards,
    ///   and left out for any other.
    package func record(_ records: [SourceRecord]) async throws(QueueError) -> [SourceRecord] {
        try await transact { transaction in
            var records = records
            if records.contains(where: { $0.history != nil }), try !transaction.rows.holdsLead() {
                for index in records.indices { records[index].history = nil }
            }
            if !records.isEmpty { try transaction.rows.add(records) }
            return try transaction.rows.sourceRecords()
        }
    }

    /// What is known of all sources.
    package func sourceRecords() async throws(QueueError) -> [SourceRecord] {
        try await read { transaction in try transaction.rows.sourceRecords() }
    }
}
