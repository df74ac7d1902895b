package import Foundation

/// What an alert is about: one of the program's alerts, of the account or of one collector, and of one source or none.
package struct AlertKey: Sendable, Hashable, Comparable {
    package let alert: String
    /// Of a collector that has it by itself; empty for what is true of the whole queue.
    package let collector: String
    /// A source's label; empty for an alert that is about none.
    package let source: String

    package init(_ alert: String, collector: String = "", source: String = "") {
        (self.alert, self.collector, self.source) = (alert, collector, source)
    }

    package static func < (left: AlertKey, right: AlertKey) -> Bool {
        (left.alert, left.collector, left.source) < (right.alert, right.collector, right.source)
    }
}

/// An alert that has begun and not ended.
package struct KeptAlert: Sendable, Hashable {
    package let key: AlertKey
    /// Of this time that it holds; random.
    package let incident: String
    /// Since when it holds, by the clock of whoever noticed.
    package let since: Date
    /// When somebody was last told, or is to be; nil for never, as without a receiver.
    package var toldAt: Date?

    package init(key: AlertKey, incident: String, since: Date, toldAt: Date?) {
        (self.key, self.incident, self.since, self.toldAt) = (key, incident, since, toldAt)
    }
}

/// What is to be sent about an alert, until it is delivered.
package struct KeptMessage: Sendable, Hashable {
    /// Stays the same however often it is sent, so that a receiver can drop doubles.
    package let id: String
    package let key: AlertKey
    /// In the order of which it is sent.
    package let place: Int64
    /// What is said of the alert, in a word.
    package let event: String
    /// What is said of it: JSON, of no concern to the queue.
    package let data: String
    package let createdAt: Date
    /// How often it was claimed to be sent.
    package private(set) var attempts = 0
    /// Until when nobody else sends it; nil for one that was never claimed.
    package private(set) var claimedUntil: Date?

    package init(id: String, key: AlertKey, place: Int64, event: String, data: String, createdAt: Date) {
        (self.id, self.key, self.event) = (id, key, event)
        // So that there is always a next, whatever a damaged database holds.
        self.place = min(max(0, place), 1 << 62)
        (self.data, self.createdAt) = (data, createdAt)
    }
}

extension KeptMessage {
    /// The same after so many claims.
    package func claimed(_ attempts: Int, until date: Date?) -> KeptMessage {
        var message = self
        (message.attempts, message.claimedUntil) = (min(max(0, attempts), 1 << 62), date)
        return message
    }

    /// The same in another order, or of another collector.
    package func moved(to place: Int64, under key: AlertKey) -> KeptMessage {
        KeptMessage(id: id, key: key, place: place, event: event, data: data, createdAt: createdAt)
            .claimed(attempts, until: claimedUntil)
    }
}

/// Whether a message is to be sent by whoever asked.
package enum MessageClaim: Sendable, Hashable {
    case ours
    /// It was claimed by somebody since, or more seldom than was thought; this is what is kept.
    case known(KeptMessage)
    /// It needn't be sent any more.
    case gone
    /// Another collector looks after what is true of the whole queue, or none does just now.
    case withoutLead
}

/// The alerts and the messages of one who looks after them.
package struct KeptAlerts: Sendable, Hashable {
    package var alerts: [KeptAlert]
    /// In the order in which they are sent.
    package var messages: [KeptMessage]

    package init(alerts: [KeptAlert] = [], messages: [KeptMessage] = []) {
        (self.alerts, self.messages) = (alerts, messages)
    }
}

/// What is to be written of them. To write the same again changes nothing.
package struct AlertChanges: Sendable, Hashable {
    /// New, or changed.
    package var alerts: [KeptAlert]
    package var ended: [AlertKey]
    /// New ones; one that is there already stays as it is.
    package var messages: [KeptMessage]
    /// The ids of those that needn't be sent any more.
    package var settled: [String]

    package init(
        alerts: [KeptAlert] = [],
        ended: [AlertKey] = [],
        messages: [KeptMessage] = [],
        settled: [String] = []
    ) {
        (self.alerts, self.ended, self.messages, self.settled) = (alerts, ended, messages, settled)
    }

    package var isEmpty: Bool { alerts.isEmpty && ended.isEmpty && messages.isEmpty && settled.isEmpty }
}
