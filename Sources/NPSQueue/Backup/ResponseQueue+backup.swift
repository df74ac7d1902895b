import Dispatch
import Foundation

extension ResponseQueue {
    /// How much is copied at once: what comes in waits for that at most.
    private static let pagesPerStep = 64
    /// After so many bytes the copy is synced, so that the disk never has much of it to write at once.
    private static let bytesPerSync = 8 << 20

    /// Makes a backup of the whole queue while it is in use: all that was acknowledged before the last page is copied is
    /// in it. It is checked, and appears under its name only when it is complete and on the disk.
    ///
    /// - Parameters:
    ///   - name: a path; a relative one begins in the database's directory. Nothing may be there.
    ///   - onProgress: called from any thread.
    /// - Throws: `unmadeBackup`, after which nothing of it is left, or what opening the queue throws.
    package func backUp(
        to name: String,
        onProgress: @escaping @Sendable (BackupProgress) -> Void = { _ in }
    ) async throws(QueueError) -> BackupReport {
        guard let file, case .file(let database) = configuration.store else { throw .unmadeBackup(Self.otherTools) }
        let backup = try BackupFile(name, ofDatabase: database)
        let disk = DispatchQueue(label: "nps-queue.backup", qos: .utility)
        let (reserve, now) = (configuration.diskReserve, now)
        try await disk.perform { () throws(QueueError) in try backup.begin(reserve: reserve, at: Milliseconds(now())) }
        do throws(QueueError) {
            try await copy(file, to: backup, on: disk, onProgress)
            return try await disk.perform { () throws(QueueError) in try backup.complete(reserve: reserve, onProgress) }
        } catch {
            try? await disk.perform { () throws(QueueError) in backup.remove() }
            throw error
        }
    }

    private func copy(
        _ file: SQLiteEngine,
        to backup: BackupFile,
        on disk: DispatchQueue,
        _ onProgress: @escaping @Sendable (BackupProgress) -> Void
    ) async throws(QueueError) {
        let lane = file.lanes.work
        let (reserve, now) = (configuration.diskReserve, now)
        try await lane.perform { () throws(QueueError) in try file.beginCopy(to: backup.pages) }
        do throws(QueueError) {
            var synced = 0
            while true {
                let begin = ContinuousClock.now
                let progress = try await lane.perform { () throws(QueueError) in
                    try file.continueCopy(by: Self.pagesPerStep)
                }
                let duration = begin.duration(to: .now)
                onProgress(BackupProgress(step: .copying, done: progress.done, total: progress.total))
                if progress.isDone { break }
                if progress.done - synced >= Self.bytesPerSync {
                    synced = progress.done
                    try await disk.perform { () throws(QueueError) in
                        try backup.syncPages(reserve: reserve, at: Milliseconds(now()))
                    }
                }
                // As long as the step took, the lane is free for others.
                try? await Task.sleep(for: duration)
            }
        } catch {
            try? await lane.perform { () throws(QueueError) in file.endCopy() }
            throw error
        }
        try await lane.perform { () throws(QueueError) in file.endCopy() }
    }

    /// What the verb says where the database isn't a file.
    package static let otherTools = """
        This queue is in PostgreSQL, which has its own tools for this: pg_dump for one file, or pg_basebackup with the \
        archived log for every moment. See Operations, Several collectors on one PostgreSQL.
        """
}

extension DispatchQueue {
    fileprivate func perform<Value: Sendable>(
        _ body: @escaping @Sendable () throws(QueueError) -> Value
    ) async throws(QueueError) -> Value {
        let result: Result<Value, QueueError> = await withCheckedContinuation { continuation in
            async { continuation.resume(returning: Result { () throws(QueueError) in try body() }) }
        }
        return try result.get()
    }
}
