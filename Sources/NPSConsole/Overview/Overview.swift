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

    package struct Certificate: Sendable {
        package let name: String
        package let expires: Date
        /// What has to be done about it, in an English sentence; nil for nothing.
        package let problem: String?

        package init(name: String, expires: Date, problem: String?) {
            (self.name, self.expires, self.problem) = (name, expires, problem)
        }
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
    /// The names of the alerts that hold, each with the source that it is about.
    package var alerts: [String] = []
    package var certificates: [Certificate] = []
    /// Nil where the queue isn't a file, and when the file system can't say.
    package var disk: StorageFigures.Disk?
    /// The last backup; nil when there was none, or the queue can't say.
    package var backup: AuditEntry?

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
