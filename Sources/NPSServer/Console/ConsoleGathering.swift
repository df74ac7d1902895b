import Foundation
import NPSConsole
import NPSModel
import NPSQueue
import NPSWebhooks

/// Asks for everything that the pages show, all at the same time; what is late is left out. Each is read once for all
/// that look at the same time, so that a page which renews itself in many windows costs no more than in one.
final class ConsoleGathering: Sendable {
    private let dependencies: AdminListener.Dependencies
    let now: @Sendable () -> Date
    private let patience: Duration
    private let books: SharedReading<QueueStatus?>
    private let traffic: SharedReading<[TrafficHour]?>
    private let records: SharedReading<[SourceRecord]?>
    private let backup: SharedReading<AuditEntry?>
    private let storage: SharedReading<StorageFigures>

    /// - Parameter patience: how long each is waited for.
    init(
        _ dependencies: AdminListener.Dependencies,
        patience: Duration = .seconds(2),
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        (self.dependencies, self.now, self.patience) = (dependencies, now, patience)
        let queue = dependencies.queue
        books = SharedReading(limit: patience) { try? await queue.status() }
        traffic = SharedReading(limit: patience) {
            try? await queue.traffic(since: now().addingTimeInterval(-31 * 86_400))
        }
        records = SharedReading(limit: patience) { try? await queue.sourceRecords() }
        backup = SharedReading(limit: patience) { try? await queue.audit(.backup, limit: 1).first }
        storage = SharedReading(limit: patience) { await queue.storageFigures() }
    }

    func overview() async -> Overview {
        async let problem = dependencies.readiness.problem()
        async let books = books.value
        async let traffic = traffic.value
        async let records = records.value
        async let backup = backup.value
        async let storage = storage.value
        let date = now()
        var overview = Overview(date: date, delivery: .init(dependencies.delivery()))
        overview.alerts = dependencies.alerts()
        overview.formAddress = dependencies.formAddress
        overview.certificates = dependencies.certificateFacts().map {
            Overview.Certificate(name: $0.name, expires: $0.chainExpires, problem: $0.problem(at: date))
        }
        overview.acceptanceProblem = await problem
        overview.books = await books ?? nil
        overview.traffic = await traffic ?? nil
        overview.sources = (await records ?? nil).map(sources)
        overview.backup = await backup ?? nil
        overview.disk = await storage?.disk
        return overview
    }

    /// The counts of answers of these days; nil when the queue can't say, or not soon.
    func tallies(from first: Day?, through last: Day) async -> [TallyCount]? {
        let queue = dependencies.queue
        return await answer(within: patience) { try? await queue.tallies(from: first, through: last) } ?? nil
    }

    /// The configured ones and those that something is known of, what came since the records were written included.
    private func sources(_ records: [SourceRecord]) -> [Overview.Source] {
        var known = Dictionary(records.map { ($0.source, $0) }) { first, _ in first }
        let activity = Dictionary(dependencies.activity.records.map { ($0.source, $0) }) { first, _ in first }
        let configured = Set(dependencies.sources.current.sources.map(\.label))
        for label in configured {
            guard let last = activity[label]?.lastDeliveryAt, last > known[label]?.lastDeliveryAt ?? .distantPast else {
                continue
            }
            known[
                label,
                default: SourceRecord(source: label, counts: SourceCounts(), lastDeliveryAt: nil, history: nil)
            ]
            .lastDeliveryAt = last
        }
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
