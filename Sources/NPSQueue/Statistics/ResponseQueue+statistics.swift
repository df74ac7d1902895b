package import Foundation
package import NPSModel

extension ResponseQueue {
    /// How many cells one transaction reads at most.
    static let cells = 1_000
    /// For how long hours are kept, in seconds.
    private static let trafficAge: TimeInterval = 31 * 86_400

    /// What was answered, by day, survey, source, campaign and score, in the order of the days. Answers that may be a bot's
    /// aren't counted, nor is what was erased; receipts that were removed for their age still are.
    ///
    /// It is read in several transactions: an edit that comes in meanwhile may be in it twice, or not at all. A day is what the tool
    /// said, and may be any.
    ///
    /// - Parameters:
    ///   - first: nil for the first there is.
    ///   - last: nil for the last there is.
    package func tallies(from first: Day? = nil, through last: Day? = nil) async throws(QueueError) -> [TallyCount] {
        let end = last.map(TallyCode.end(of:)) ?? TallyCode.afterAll
        var place = TallyCell.Place.start(first)
        var tallies: [TallyCount] = []
        while true {
            let after = place
            let part = try await readSlice { transaction in
                try transaction.rows.tallies(after: after, before: end, limit: Self.cells)
            }
            tallies += part.compactMap(TallyCount.init)
            guard part.count == Self.cells, let next = part.last?.place else { return tallies }
            place = next
        }
    }

    /// The hours since then in which anything came or went, in their order; at most those of the last 31 days.
    package func traffic(since date: Date) async throws(QueueError) -> [TrafficHour] {
        let first = TrafficCell.hour(of: Milliseconds(max(date, now().addingTimeInterval(-Self.trafficAge))))
        let cells = try await readSlice { transaction in try transaction.rows.traffic(from: first) }
        // A clock that was ahead may have left some that are still to come.
        let present = TrafficCell.hour(of: Milliseconds(now()))
        return cells.filter { $0.hour <= present }.compactMap(TrafficHour.init)
    }

    /// Forgets hours that are older than 31 days.
    ///
    /// - Parameter past: the time from which ages are counted.
    package func removeTraffic(at past: Date) async throws(QueueError) {
        let first = TrafficCell.hour(of: Milliseconds(past.addingTimeInterval(-Self.trafficAge)))
        try await transactSlice { transaction in try transaction.rows.removeTraffic(before: first) }
    }

    /// Forgets counts that have become 0, where several write and none of them knows the sum.
    package func removeEmptyTallies() async throws(QueueError) {
        guard isShared else { return }
        var place = TallyCell.Place.start()
        while true {
            let after = place
            let page = try await readSlice { transaction in
                try transaction.rows.tallies(after: after, before: TallyCode.afterAll, limit: Self.cells)
            }
            let empty = page.filter { $0.count == 0 }.map(\.place)
            if !empty.isEmpty {
                try await transactSlice { transaction in try transaction.rows.removeEmptyTallies(empty) }
            }
            guard page.count == Self.cells, let next = page.last?.place else { return }
            place = next
        }
    }
}

extension TallyCount {
    /// Nil for what counts nothing any more, and for what this version can't read.
    fileprivate init?(_ cell: TallyCell) {
        guard cell.count > 0, let tally = cell.place.code.tally else { return nil }
        self.init(tally, source: cell.place.source, count: cell.count)
    }
}

extension TrafficHour {
    fileprivate init?(_ cell: TrafficCell) {
        guard cell.arrivals > 0 || cell.deliveries > 0 else { return nil }
        let start = Date(timeIntervalSince1970: Double(cell.hour) * 3_600)
        self.init(start: start, arrivals: cell.arrivals, deliveries: cell.deliveries)
    }
}
