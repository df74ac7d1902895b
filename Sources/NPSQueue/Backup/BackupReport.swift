/// How far a backup is.
package struct BackupProgress: Sendable, Hashable, Codable {
    package enum Step: String, Sendable, Hashable, Codable {
        /// The file's pages, while it is in use.
        case copying
        /// Writing the copy anew without what was deleted.
        case compacting
        case checking
    }

    package let step: Step
    /// In bytes.
    package let done: Int
    package let total: Int

    package init(step: Step, done: Int, total: Int) {
        self.step = step
        self.done = done
        self.total = total
    }
}

/// What a backup has: as it was when its last page was copied.
package struct BackupReport: Sendable, Hashable, Codable {
    /// Its whole path, as the collector sees it.
    package let file: String
    package let bytes: Int
    /// What its books say, under the names of `queue status`.
    package let accepted: Int
    package let pending: Int
    package let sending: Int
    package let delivered: Int
    package let parked: Int
    package let erased: Int
    package let quarantined: Int

    init(file: String, bytes: Int, _ books: Books) {
        self.file = file
        self.bytes = bytes
        accepted = books.accepted
        pending = books.pending
        sending = books.sending
        delivered = books.delivered
        parked = books.parked
        erased = books.erased
        quarantined = books.quarantined
    }
}

/// What the audit log says of a backup.
extension BackupReport {
    package static let subject = "the queue's file"

    package var outcome: String { "written and checked, \(bytes) bytes with \(accepted) responses" }
}
