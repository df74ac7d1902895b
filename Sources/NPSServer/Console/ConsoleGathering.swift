import Foundation
import NPSConsole
import NPSModel
import NPSQueue
import NPSWebhooks

/// Asks for everything that the pages show, all at the same time; what is late is left out. Who asks while the same is being
/// read already gets that reading's result, so that a database that hangs is asked once.
final class ConsoleGathering: Sendable {
    private let dependencies: AdminListener.Dependencies
    let now: @Sendable () -> Date
    private let books: SharedReading<QueueStatus?>
    private let traffic: SharedReading<[TrafficHour]?>
    private let records: SharedReading<[SourceRecord]?>
    private let alerts: SharedReading<[AlertKey]?>
    private let backup: SharedReading<Overview.Backup>
    private let storage: SharedReading<StorageFigures>
    private let lateDeletions: SharedReading<Int?>
    private let tallies: [StatisticsQuery.Period: KeptReading<[TallyCount]>]

    /// - Parameter patience: how long each is waited for.
    init(
        _ dependencies: AdminListener.Dependencies,
        patience: Duration = .seconds(2)
    ) {
        let now = dependencies.now
        (self.dependencies, self.now) = (dependencies, now)
        let queue = dependencies.queue
        books = SharedReading(limit: patience) { try? await queue.status() }
        traffic = SharedReading(limit: patience) {
            try? await queue.traffic(since: now().addingTimeInterval(-31 * 86_400))
        }
        records = SharedReading(limit: patience) { try? await queue.sourceRecords() }
        alerts = SharedReading(limit: patience) { try? await queue.keptAlerts(of: nil).alerts.map(\.key) }
        backup = SharedReading(limit: patience) {
            // PostgreSQL has its own tools for that.
            guard !queue.isShared, let last = try? await queue.audit(.backup, limit: 1) else { return .unknown }
            return last.first.map { .made($0.at) } ?? .never
        }
        storage = SharedReading(limit: patience) { await queue.storageFigures() }
        lateDeletions = SharedReading(limit: patience) {
            let first = try? await queue.unconfirmedErasures(isWanted: true, after: nil, limit: Overview.mostLate)
            return first?.count { now().timeIntervalSince($0.erasedAt) > 3_600 }
        }
        let periods = StatisticsQuery.Period.allCases.map { period in
            let reading = KeptReading<[TallyCount]>(for: dependencies.countsAge, limit: patience) {
                let today = Day(now())
                return try? await queue.tallies(from: period.first(until: today), through: today)
            }
            return (period, reading)
        }
        tallies = Dictionary(periods) { first, _ in first }
    }

    func overview() async -> Overview {
        async let problem = dependencies.readiness.problem()
        async let books = books.value
        async let traffic = traffic.value
        async let backup = backup.value
        async let storage = storage.value
        async let lateDeletions = lateDeletions.value
        var overview = await sources()
        let date = overview.date
        overview.formAddress = dependencies.formAddress
        overview.certificates = dependencies.certificateFacts().map {
            Overview.Certificate(name: $0.name, expires: $0.chainExpires, problem: $0.problem(at: date))
        }
        overview.acceptanceProblem = await problem ?? dependencies.readiness.expired()
        overview.books = await books ?? nil
        overview.traffic = await traffic ?? nil
        overview.backup = await backup ?? .unknown
        overview.disk = await storage?.disk
        overview.lateDeletions = await lateDeletions ?? nil
        return overview
    }

    /// What is known of the sources, with the alerts that hold, and nothing else.
    func sources() async -> Overview {
        async let records = records.value
        async let kept = kept()
        var overview = Overview(date: now(), delivery: .init(dependencies.delivery()))
        overview.alerts = await kept
        overview.sources = (await records ?? nil).map(sources)
        return overview
    }

    /// The counts of answers of the period; nil when the queue can't say, or not soon.
    func tallies(_ period: StatisticsQuery.Period) async -> [TallyCount]? { await tallies[period]?.value }

    /// To be called when somebody was erased, who is then in no count that is shown.
    func forgetTallies() {
        for reading in tallies.values { reading.forget() }
    }

    /// The alerts of this process, and, where several collectors share the queue, those that the others have written down.
    private func kept() async -> [Overview.Alert] {
        let own = Set(dependencies.alerts())
        let kept = dependencies.queue.isShared ? (await alerts.value ?? nil) ?? [] : []
        return own.map { Overview.Alert(name: $0.alert, source: $0.source) }
            + kept.filter { !own.contains($0) }.map {
                Overview.Alert(name: $0.alert, source: $0.source, collector: $0.collector)
            }
    }

    /// The configured ones and those that something is known of.
    private func sources(_ records: [SourceRecord]) -> [Overview.Source] {
        let known = Dictionary(records.map { ($0.source, $0) }) { first, _ in first }
        let configured = Set(dependencies.sources.current.sources.map(\.label))
        return configured.union(known.keys).sorted().map {
            Overview.Source(label: $0, record: known[$0], isConfigured: configured.contains($0))
        }
    }
}

extension Overview.Delivery {
    fileprivate init(_ report: DeliveryReport) {
        self.init(
            state: report.state,
            sentence: report.sentence,
            isHeldUp: report.isHeldUp,
            deliveredLastMinute: report.deliveredLastMinute
        )
    }
}
