import Foundation
import NPSQueue

/// Everything that the alerts' service carries from one round to the next.
struct AlertCourse: Sendable {
    /// The longest time that a round counts for: a machine that was suspended has watched nothing meanwhile.
    private static let longestRound: Duration = .seconds(60)

    /// How the collector is called.
    let collector: String
    /// Whether others may have the queue, too.
    let isShared: Bool
    var book = AlertBook()
    var ledger = AlertLedger()
    var sources = SourceWatch()
    var courier = AlertCourier()
    private(set) var reading: AlertReading?
    private(set) var lastRound: ContinuousClock.Instant?
    /// Whether what was kept of this collector's own alerts is known.
    private(set) var hasOwn = false
    /// Whether it looks after what is true of the whole queue, and knows what was kept of that.
    private(set) var isLeading = false
    /// When something was last written that can wait.
    var lastRecord: ContinuousClock.Instant?
    /// When the database last failed to keep something.
    var lastTrouble: ContinuousClock.Instant?

    init(collector: String, isShared: Bool) {
        (self.collector, self.isShared) = (collector, isShared)
    }

    /// What has to be read of the database before the next round; nil for nothing.
    func missing(for reading: AlertReading) -> Missing? {
        if !hasOwn { return .own }
        return reading.isForwarding && !isLeading && reading.status != nil ? .lead : nil
    }

    enum Missing: Sendable, Hashable {
        /// Alerts of this collector; all that there are, where nobody else has the queue.
        case own
        /// What it takes to look after the whole queue.
        case lead
    }

    /// Goes on with what was kept.
    ///
    /// - Parameters:
    ///   - sources: nil where they aren't needed.
    ///   - now: the clock.
    mutating func take(
        _ kept: KeptAlerts,
        _ sources: [SourceRecord]?,
        for reading: AlertReading,
        at now: Date
    ) {
        ledger.take(kept)
        book.take(renamed(kept), at: now, isFirst: !hasOwn)
        hasOwn = true
        guard let sources else { return }
        isLeading = true
        self.sources.begin(with: sources, quarantined: reading.quarantined ?? [:])
    }

    /// A queue that one process has to itself may have been under another name.
    private func renamed(_ kept: KeptAlerts) -> KeptAlerts {
        guard !isShared else { return kept }
        func named(_ key: AlertKey) -> AlertKey {
            key.collector.isEmpty ? key : AlertKey(key.alert, collector: collector, source: key.source)
        }
        return KeptAlerts(
            alerts: kept.alerts.map { alert in
                KeptAlert(key: named(alert.key), incident: alert.incident, since: alert.since, toldAt: alert.toldAt)
            },
            messages: kept.messages.map { $0.moved(to: $0.place, under: named($0.key)) }
        )
    }

    /// What came until the end.
    mutating func noteLast(_ local: [SourceRecord]) {
        reading?.local = local
        guard let reading else { return }
        sources.watch(for: 0, local, quarantined: nil, configured: reading.configured)
    }

    /// Another collector looks after the whole queue's alerts.
    mutating func endLead() {
        guard isShared, isLeading else { return }
        isLeading = false
        book.forget(where: \.collector.isEmpty)
        ledger.forget(where: \.collector.isEmpty)
        sources.end()
    }

    /// Decides what to tell.
    mutating func follow(_ new: AlertReading, at instant: ContinuousClock.Instant, _ terms: AlertBook.Terms) {
        if isShared, !new.isForwarding { endLead() }
        let elapsed = min(lastRound.map { instant - $0 } ?? .zero, Self.longestRound)
        lastRound = instant
        sources.watch(
            for: elapsed / .seconds(1),
            new.local,
            quarantined: new.quarantined,
            configured: new.configured
        )
        var reading = new
        reading.isForwarding = isLeading
        let figures = reading.figures(after: self.reading, of: collector, sources)
        self.reading = new
        book.follow(AlertFindings(figures, of: collector, at: terms.now), after: elapsed, terms)
    }
}
