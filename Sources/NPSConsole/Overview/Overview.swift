package import Foundation
package import NPSQueue

/// What the overview shows, each part as far as it could be had: the page comes also when the database doesn't answer.
package struct Overview: Sendable {
    /// How delivery goes, as ``state`` names it in a word.
    package struct Delivery: Sendable {
        /// `idle`, `forwarding`, `backingOff`, `paused` or `elsewhere`.
        package let state: String
        /// The same in an English sentence, with the reason.
        package let sentence: String
        /// Whether responses wait although they are due.
        package let isHeldUp: Bool
        package let deliveredLastMinute: Int

        package init(state: String, sentence: String, isHeldUp: Bool, deliveredLastMinute: Int) {
            (self.state, self.sentence) = (state, sentence)
            (self.isHeldUp, self.deliveredLastMinute) = (isHeldUp, deliveredLastMinute)
        }
    }

    /// A configured source, or one that was.
    package struct Source: Sendable {
        package let label: String
        /// Nil for one that nothing ever came from.
        package let record: SourceRecord?
        package let isConfigured: Bool

        package init(label: String, record: SourceRecord?, isConfigured: Bool) {
            (self.label, self.record, self.isConfigured) = (label, record, isConfigured)
        }
    }

    package struct Alert: Sendable, Hashable {
        /// Such as `NPSDiskLow`.
        package let name: String
        /// Empty for one that is about none.
        package let source: String
        /// Another collector that has it by itself; empty for the one that is asked, and for what is true of the whole queue.
        package let collector: String

        package init(name: String, source: String = "", collector: String = "") {
            (self.name, self.source, self.collector) = (name, source, collector)
        }
    }

    package struct Certificate: Sendable {
        package let name: String
        package let expires: Date
        /// What has to be done about it, in an English sentence; nil for nothing.
        package let problem: String?

        package init(name: String, expires: Date, problem: String?) {
            (self.name, self.expires, self.problem) = (name, expires, problem)
        }
    }

    package enum Backup: Sendable, Hashable {
        /// The queue can't say, or looks after that itself.
        case unknown
        /// No `queue backup` is in the audit log, which has none of a version from before it.
        case never
        case made(Date)
    }

    package let date: Date
    /// Why no response is accepted, in an English sentence; nil when they are.
    package var acceptanceProblem: String?
    package var delivery: Delivery
    /// Nil when the queue can't say.
    package var books: QueueStatus?
    /// Of 31 days; nil when the queue can't say.
    package var traffic: [TrafficHour]?
    /// Nil when the queue can't say.
    package var sources: [Source]?
    /// The alerts that hold, of every collector that can be asked for them.
    package var alerts: [Alert] = []
    package var certificates: [Certificate] = []
    /// Nil where the queue isn't a file, and when the file system can't say.
    package var disk: StorageFigures.Disk?
    package var backup = Backup.unknown
    /// How many deletions at Planhat were ordered and are still to be made after an hour, counted up to ``mostLate``; nil when
    /// the queue can't say.
    package var lateDeletions: Int?

    package static let mostLate = 100

    /// Of the open form; nil where there is none.
    package var formAddress: String?
    /// Whether the page is asked for again by itself.
    package var renewsItself = true

    package init(date: Date, delivery: Delivery) {
        (self.date, self.delivery) = (date, delivery)
    }
}

extension Overview {
    /// Whether nothing ever came, as far as is known.
    var isUntouched: Bool {
        guard let books else { return false }
        return books.accepted == 0 && books.quarantined == 0
            && (sources ?? []).allSatisfy { $0.record?.lastDeliveryAt == nil }
    }
}
