import NPSQueue

/// What the database has of the alerts, as far as is known, so that only what differs is written.
struct AlertLedger: Sendable, Hashable {
    private var alerts: [AlertKey: KeptAlert] = [:]
    private var messages: [String: AlertKey] = [:]
    /// What was to be written when nobody told whether it was.
    private var unsureAlerts: Set<AlertKey> = []
    private var unsureMessages: [String: AlertKey] = [:]

    init() {}

    /// The database has these.
    mutating func take(_ kept: KeptAlerts) {
        for alert in kept.alerts { alerts[alert.key] = alert }
        for message in kept.messages { messages[message.id] = message.key }
    }

    mutating func forget(where isForgotten: (AlertKey) -> Bool) {
        alerts = alerts.filter { !isForgotten($0.key) }
        messages = messages.filter { !isForgotten($0.value) }
        unsureAlerts = unsureAlerts.filter { !isForgotten($0) }
        unsureMessages = unsureMessages.filter { !isForgotten($0.value) }
    }

    /// A message isn't there any more.
    mutating func forget(_ id: String) { messages[id] = nil }

    /// Whether the database has the message.
    func has(_ id: String) -> Bool { messages[id] != nil }

    /// What is to be written of the book.
    func changes(to book: AlertBook, where isMeant: (AlertKey) -> Bool) -> AlertChanges {
        let waiting = Set(book.messages.map(\.id))
        let known = messages.merging(unsureMessages) { first, _ in first }
        return AlertChanges(
            alerts: book.alerts.values.filter { isMeant($0.key) && alerts[$0.key] != $0 }.sorted { $0.key < $1.key },
            ended: unsureAlerts.union(alerts.keys).filter { isMeant($0) && book.alerts[$0] == nil }.sorted(),
            messages: book.messages.filter { isMeant($0.key) && messages[$0.id] == nil },
            settled: known.filter { isMeant($0.value) && !waiting.contains($0.key) }.keys.sorted()
        )
    }

    /// The changes are written.
    mutating func note(_ changes: AlertChanges) {
        for alert in changes.alerts { alerts[alert.key] = alert }
        for key in changes.ended { alerts[key] = nil }
        for message in changes.messages { messages[message.id] = message.key }
        for id in changes.settled { messages[id] = nil }
        unsureAlerts.subtract(changes.ended)
        for id in changes.settled { unsureMessages[id] = nil }
    }

    /// The changes may be written, or be written later.
    mutating func doubt(_ changes: AlertChanges) {
        unsureAlerts.formUnion(changes.alerts.map(\.key))
        for message in changes.messages { unsureMessages[message.id] = message.key }
    }
}
