import NPSQueue

/// Follows what comes from the sources, in the collector that looks after the whole queue's alerts, and says what of it is to
/// be written down. Every other collector only adds what came to it.
struct SourceWatch: Sendable {
    /// How often a history is written in which nothing but time has passed, in seconds. So much of a silence is forgotten
    /// when the process is killed.
    private static let historyPause = 600.0

    /// What came to this process as of the last writing.
    private var written: [String: SourceCounts] = [:]
    /// What the database has counted of all collectors, as of the last reading.
    private var known: [String: SourceCounts] = [:]
    /// As of the last call of ``watch(for:_:quarantined:)``.
    private var totals: [String: SourceCounts] = [:]
    /// Nil in a collector that looks after nothing but itself.
    private(set) var histories: [String: SourceHistory]?
    private var windows: [String: RefusalWindow] = [:]
    private var withoutRoom: [String: Int] = [:]
    private var sinceHistories = 0.0
    /// Of which sources something has changed beside the time.
    private var changed: Set<String> = []

    init() {}

    /// Begins to look after the whole queue's alerts.
    ///
    /// - Parameters:
    ///   - records: of all sources.
    ///   - quarantined: payloads by source. In a queue that nobody has looked after they are no news.
    mutating func begin(with records: [SourceRecord], quarantined: [String: Int]) {
        note(records)
        totals = known
        (windows, withoutRoom, sinceHistories) = ([:], [:], 0)
        var histories: [String: SourceHistory] = [:]
        for record in records { histories[record.source] = record.history.flatMap(SourceHistory.init(kept:)) }
        if records.allSatisfy({ $0.history == nil }) {
            for (source, entries) in quarantined { histories[source] = SourceHistory(quarantined: entries) }
        }
        changed = Set(histories.keys)
        self.histories = histories
    }

    /// Another collector looks after them from now on.
    mutating func end() {
        (histories, windows, withoutRoom, changed) = (nil, [:], [:], [])
    }

    /// Takes note of the time that has passed.
    ///
    /// - Parameters:
    ///   - seconds: since the last call, by a monotonic clock.
    ///   - local: what came to this process since its start.
    ///   - quarantined: payloads by source; nil when nobody knows.
    ///   - configured: the labels of the sources in force.
    mutating func watch(
        for seconds: Double,
        _ local: [SourceRecord],
        quarantined: [String: Int]?,
        configured: Set<String>
    ) {
        guard var histories else { return }
        sinceHistories += seconds
        withoutRoom = [:]
        var counts = known
        for record in local { counts[record.source] = total(of: record) }
        for source in Set(counts.keys).union(histories.keys).union(quarantined.map { Array($0.keys) } ?? []) {
            let count = counts[source] ?? SourceCounts()
            let new = count - (totals[source] ?? SourceCounts())
            var history = histories[source] ?? SourceHistory()
            let entries = history.quarantined
            history.watch(
                for: seconds,
                count,
                quarantined: quarantined.map { $0[source] ?? 0 },
                isExpected: configured.contains(source)
            )
            if !new.isZero || history.quarantined != entries || histories[source] == nil { changed.insert(source) }
            histories[source] = history
            windows[source, default: RefusalWindow()].add(
                after: seconds,
                refused: new.refused,
                taken: new.fruitful + new.ignored
            )
            if new.withoutRoom > 0 { withoutRoom[source] = new.withoutRoom }
            totals[source] = count
        }
        self.histories = histories
    }

    private func total(of record: SourceRecord) -> SourceCounts {
        (known[record.source] ?? SourceCounts()) + unwritten(record)
    }

    private func unwritten(_ record: SourceRecord) -> SourceCounts {
        record.counts - (written[record.source] ?? SourceCounts())
    }

    /// What is to be added to the database.
    ///
    /// - Parameter isLast: whether there is no later occasion.
    func unwritten(_ local: [SourceRecord], isLast: Bool = false) -> [SourceRecord] {
        let isDue = sinceHistories >= Self.historyPause || isLast
        var records: [String: SourceRecord] = [:]
        for record in local {
            var new = record
            new.counts = unwritten(record)
            if !new.counts.isZero { records[record.source] = new }
        }
        for (source, history) in histories ?? [:] where isDue || changed.contains(source) {
            let none = SourceRecord(source: source, counts: SourceCounts(), lastDeliveryAt: nil, history: nil)
            records[source, default: none].history = history.kept
        }
        return records.values.sorted { $0.source < $1.source }
    }

    /// What was to be added is in the database.
    ///
    /// - Parameters:
    ///   - records: what that says of all sources now.
    ///   - local: of which the additions were made.
    mutating func note(_ records: [SourceRecord], written local: [SourceRecord]) {
        for record in local { written[record.source] = record.counts }
        note(records)
        changed = []
        if sinceHistories >= Self.historyPause { sinceHistories = 0 }
    }

    private mutating func note(_ records: [SourceRecord]) {
        known = Dictionary(records.map { ($0.source, $0.counts) }, uniquingKeysWith: { first, _ in first })
    }

    /// What is known of each source, for the alerts.
    ///
    /// - Parameter configured: the labels of the sources in force.
    func figures(configured: Set<String>) -> [AlertFigures.Source] {
        (histories ?? [:]).sorted { $0.key < $1.key }.map { source, history in
            AlertFigures.Source(
                label: source,
                isConfigured: configured.contains(source),
                history: history,
                quarantined: history.quarantined,
                withoutRoom: withoutRoom[source] ?? 0,
                refusals: windows[source] ?? RefusalWindow()
            )
        }
    }
}
