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
    /// - Returns: false when it isn't to be sent by this caller.
    package func claim(
        _ message: KeptMessage,
        until date: Date,
        isForAll: Bool
    ) async throws(QueueError) -> Bool {
        try await transact { transaction in
            if isForAll, try !transaction.rows.holdsLead() { return false }
            return try transaction.rows.claim(message, until: Milliseconds(date))
        }
    }

    /// Removes what collectors left that haven't been there for a week.
    package func removeAlertsOfGoneCollectors() async throws(QueueError) {
        try await transact { transaction in try transaction.rows.removeAlertsOfGoneCollectors() }
    }

    /// Adds what came from sources since the last call, and returns what is known of all sources then.
    ///
    /// - Parameter records: counts since the last call that returned; histories of one who doesn't write any are nil.
    package func record(_ records: [SourceRecord]) async throws(QueueError) -> [SourceRecord] {
        try await transact { transaction in
            if !records.isEmpty { try transaction.rows.add(records) }
            return try transaction.rows.sourceRecords()
        }
    }

    /// What is known of all sources.
    package func sourceRecords() async throws(QueueError) -> [SourceRecord] {
        try await read { transaction in try transaction.rows.sourceRecords() }
    }
}
