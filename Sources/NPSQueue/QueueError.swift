/// Why the queue could not do what it was asked to. Nothing that failed with one of these was acknowledged.
///
/// Descriptions name files, hosts and the databases' error codes, never personal data.
package enum QueueError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Too many responses are waiting: the sender should retry after so many seconds.
    case busy(retryAfter: Int)
    /// The disk is full.
    case diskFull
    /// Less than the reserve is free, in bytes.
    case belowReserve(directory: String, free: Int64, wanted: Int64)
    /// The entry that was to be resolved is gone: another replay took it, or it was discarded or removed for its age.
    case resolvedBefore(QuarantineID)
    /// The file can't be read or written now; the queue reopens it with the next call.
    case storage(String)
    /// The database can't be used now; the queue connects to it again by itself. The next step is a person's, without a
    /// full stop.
    case database(
        String,
        nextStep: String = "Check that PostgreSQL runs and that this machine reaches it"
    )
    /// The database would lose what was acknowledged, or doesn't let the collector in: a person has to change something.
    case unsuitableDatabase(String)
    /// libpq, PostgreSQL's own client library, can't be loaded.
    case missingLibrary(String)
    /// The text of `queue.url` can't be used.
    case unusableAddress(String)
    /// `queue.payload-key` can't be used, or isn't what the database's other collectors have.
    case payloadKeys(String)
    /// The file is not a queue's, or contradicts itself.
    case damaged(String)
    /// The file was written by a newer version of this program.
    case newerSchema(path: String)
    /// The queue that was at this address is at the other one.
    case moved(String, to: String)
    /// A move out of the database, or into it, has to be finished or given up first. The text is a whole sentence.
    case unfinishedMove(String)
    /// A queue can't be moved like that. The text is a whole sentence.
    case unmovable(String)
    /// What a move has copied isn't what it was to copy. The source is unchanged.
    case unverifiedMove(String)
    /// A file was put back beside a log that isn't its own.
    case foreignLog(path: String)
    /// A backup couldn't be made. The text is a whole sentence, or several.
    case unmadeBackup(String)
    /// Another process has the file open.
    case lockedByAnotherProcess(path: String)
    /// ``ResponseQueue/close()`` was called.
    case closed

    package var description: String {
        switch self {
        case .busy(let seconds):
            "The queue is busy: too many responses are waiting. Try again in \(seconds) s."
        case .diskFull:
            "The disk that holds the queue is full or nearly so. Free some space; the queue goes on by itself."
        case .belowReserve(let directory, let free, let wanted):
            """
            The disk that holds the queue is full or nearly so: \(Self.mebibytes(free)) MiB are free in \(directory), and \
            \(Self.mebibytes(wanted)) MiB are wanted. Free some space; the queue goes on by itself.
            """
        case .resolvedBefore(let id):
            "The quarantined payload \(id) is gone: it was replayed, discarded or removed for its age meanwhile."
        case .storage(let what):
            "The queue's file can't be used: \(what). Check the disk and the file's permissions."
        case .database(let what, let nextStep):
            "The queue's database can't be used: \(what). \(nextStep)."
        case .unsuitableDatabase(let what):
            "The queue can't be kept in this database: \(what)."
        case .missingLibrary(let what):
            "PostgreSQL's client library can't be loaded: \(what). On Debian install it with `apt install libpq5`."
        case .unusableAddress(let what):
            "The address of the queue's database can't be used: \(what)."
        case .payloadKeys(let what):
            "queue.payload-key can't be used: \(what)."
        case .damaged(let what):
            "The queue's file is damaged: \(what). Keep a copy of it and restore a backup."
        case .newerSchema(let path):
            "The queue \(path) was written by a newer nps-collector. Run that version, or choose another queue.url."
        case .moved(let address, let other):
            "The queue \(address) was moved to \(other). Set queue.url to that."
        case .unfinishedMove(let sentence), .unmovable(let sentence), .unmadeBackup(let sentence): sentence
        case .foreignLog(let path):
            """
            The queue \(path) was put back from a backup, but \(path)-wal belongs to the file that was there before, \
            and would damage this one. Move \(path)-wal away, together with \(path)-shm if it is there, and start again.
            """
        case .unverifiedMove(let what):
            """
            The queue was copied but not moved: \(what). The source is as it was: nps-collector queue move --cancel \
            makes it usable again. Keep both and tell whoever looks after this program.
            """
        case .lockedByAnotherProcess(let path):
            """
            The queue \(path) is in use by another process. Stop the other nps-collector (or whatever has the file \
            open), or choose another queue.url.
            """
        case .closed:
            "The queue is closed. Start the collector again."
        }
    }

    /// Whether there is too little room on the disk.
    package var isFullDisk: Bool {
        switch self {
        case .diskFull, .belowReserve: true
        default: false
        }
    }

    /// Rounded down, with a tenth where that matters.
    private static func mebibytes(_ bytes: Int64) -> String {
        let tenths = bytes / 104_858
        return tenths < 100 && tenths % 10 != 0 ? "\(tenths / 10).\(tenths % 10)" : "\(bytes >> 20)"
    }
}
