/// What a transaction adds to the statistics, written once for all of its responses.
struct CountChanges: Sendable, Hashable {
    private var counts: [TallyCell.Place: Int] = [:]
    private(set) var arrivals = 0
    private(set) var deliveries = 0

    mutating func arrive(_ response: NewResponse) {
        arrivals += 1
        add(1, response.tally, of: response.source)
    }

    mutating func note(_ change: ResponseChange) {
        let (old, new) = (change.old, change.new)
        // Grows with every edit.
        if new.lifecycle.revision > old.lifecycle.revision { arrivals += 1 }
        if new.lifecycle.state == .delivered, old.lifecycle.state != .delivered { deliveries += 1 }
        guard new.tally != old.tally else { return }
        add(-1, old.tally, of: old.source)
        add(1, new.tally, of: new.source)
    }

    private mutating func add(_ number: Int, _ code: TallyCode?, of source: String) {
        guard let code else { return }
        counts[TallyCell.Place(code: code, source: source), default: 0] += number
    }

    /// In one order for all writers.
    var cells: [TallyCell] {
        guard !counts.isEmpty else { return [] }
        return counts.filter { $0.value != 0 }
            .sorted { $0.key < $1.key }
            .map { TallyCell(place: $0.key, count: $0.value) }
    }

    func traffic(at now: Milliseconds) -> [TrafficCell] {
        guard arrivals != 0 || deliveries != 0 else { return [] }
        return [TrafficCell(hour: TrafficCell.hour(of: now), arrivals: arrivals, deliveries: deliveries)]
    }
}
