import NPSSurvey

/// Values under random tickets, for a while and in memory only. A ticket that is old, or was never given, has none.
struct Tickets<Value> {
    private struct Entry {
        var value: Value
        var touched: ContinuousClock.Instant
        /// Whether it is kept however old it is.
        var isHeld = false
    }

    static var lifetime: Duration { .seconds(600) }
    private static var capacity: Int { 64 }

    private var entries: [String: Entry] = [:]
    /// The tickets in the order in which they were given.
    private var order: [String] = []

    mutating func give(_ value: Value, at now: ContinuousClock.Instant) -> String {
        let ticket = FormNonce().text
        entries[ticket] = Entry(value: value, touched: now)
        order.append(ticket)
        if order.count > Self.capacity {
            let oldest = order.firstIndex { entries[$0]?.isHeld != true } ?? 0
            entries[order.remove(at: oldest)] = nil
        }
        return ticket
    }

    func value(of ticket: String, at now: ContinuousClock.Instant) -> Value? {
        guard let entry = entries[ticket], entry.isHeld || now - entry.touched < Self.lifetime else { return nil }
        return entry.value
    }

    /// Replaces the value of a ticket that there is, whose time begins anew.
    ///
    /// - Parameter isHeld: keeps it until it is set again.
    mutating func set(_ value: Value, for ticket: String, at now: ContinuousClock.Instant, isHeld: Bool = false) {
        guard entries[ticket] != nil else { return }
        entries[ticket] = Entry(value: value, touched: now, isHeld: isHeld)
    }
}
