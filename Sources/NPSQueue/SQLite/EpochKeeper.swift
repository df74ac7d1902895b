import Dispatch
import Foundation
import Logging
import Synchronization

/// Keeps the ``EpochFile`` up with the database.
final class EpochKeeper: Sendable {
    private struct State {
        let file: EpochFile
        /// What the file says; nil until the database was opened with it.
        var recorded: QueueEpoch?
        /// Whether anything was ever claimed or erased.
        var hasEffects = false
    }

    /// Its syncs keep nobody from the database.
    private let dispatch = DispatchQueue(label: "nps-queue.epoch", qos: .userInitiated)
    private let path: String
    private let logger: Logger
    private let state: Mutex<State>

    init(besideDatabase path: String, namesItself: Bool, boot: BootID?, logger: Logger) throws(QueueError) {
        self.path = path
        self.logger = logger
        state = Mutex(State(file: try EpochFile(besideDatabase: path, namesItself: namesItself, boot: boot)))
    }

    /// Whether the database was opened with the file.
    var isOpen: Bool { state.withLock { $0.recorded != nil } }

    /// Compares the database with the file, and has the database say what it is from now on.
    ///
    /// - Parameters:
    ///   - committed: what the database has.
    ///   - grace: for how long nothing is sent from one that was put back.
    ///   - store: writes it to the database, durably. A crash before that changes nothing; after it, before the file
    ///     follows, the database is ahead, as after a claim.
    func open(
        _ committed: CommittedState,
        at now: Milliseconds,
        grace: Duration,
        _ store: (QueueEpoch) throws -> Void
    ) throws {
        try state.withLock { state in
            let outside = try state.file.read()
            let comparison = EpochComparison(committed.epoch, outside)
            let epoch = QueueEpoch.opening(
                committed.epoch,
                comparison,
                outside: outside,
                committed,
                at: now,
                grace: grace
            )
            if comparison == .first {
                // Before the database: one that has an epoch never lacks its file.
                try state.file.write(QueueEpoch(lineage: epoch.lineage, number: 0), hasEffects: false)
            } else {
                try state.file.open()
                state.hasEffects = outside?.hasEffects ?? true
            }
            try store(epoch)
            try state.file.write(epoch, hasEffects: state.hasEffects)
            state.recorded = epoch
            say(comparison, comparison == .same ? QueueEpoch.Doubt(outside, committed, at: now) : nil, committed)
        }
    }

    private func say(_ comparison: EpochComparison, _ doubt: QueueEpoch.Doubt?, _ committed: CommittedState) {
        if case .restored(let difference) = comparison { logger.warning("\(difference.sentence(path))") }
        guard let doubt else { return }
        let reason =
            switch doubt {
            case .longStop: "The queue wasn't in use for a while."
            case .newBoot: "The machine was started since the queue was in use last."
            }
        logger.notice(
            """
            \(reason) In case it is an earlier state that was put back with the file beside it, what waits is sent by upsert
            """,
            metadata: ["responses": "\(committed.books.undelivered)"]
        )
    }

    /// Whether a database that is opened again is the one that was open, or a later state of it.
    func isCurrent(_ epoch: QueueEpoch?) -> Bool {
        state.withLock { state in
            guard let recorded = state.recorded else { return true }
            return epoch?.lineage == recorded.lineage && (epoch?.number ?? 0) >= recorded.number
        }
    }

    /// Has the file follow the database. Only then may be sent what the database has claimed under this number, and only
    /// then what it has erased stays so.
    ///
    /// - Throws: `diskFull` also while the disk was too full to open the epoch.
    func record(_ number: Int64) async throws(QueueError) {
        let result: Result<Void, QueueError> = await withCheckedContinuation { continuation in
            dispatch.async { [self] in
                continuation.resume(returning: Result { () throws(QueueError) in try follow(number) })
            }
        }
        try result.get()
    }

    private func follow(_ number: Int64) throws(QueueError) {
        do {
            try state.withLock { state in
                guard var epoch = state.recorded else { throw QueueError.diskFull }
                guard epoch.number < number else { return }
                epoch.number = number
                try state.file.write(epoch, hasEffects: true)
                state.hasEffects = true
                state.recorded = epoch
            }
        } catch {
            throw QueueError(error, path: EpochFile.path(besideDatabase: path))
        }
    }
}
