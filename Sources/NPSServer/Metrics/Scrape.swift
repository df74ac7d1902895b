import Foundation
import NPSQueue
import NPSWebhooks

/// The metrics page: what was counted since the start, and what is read when somebody asks. One read of the queue, which costs
/// the same for a million responses as for one; nothing is written.
final class Scrape: Sendable {
    /// Less than Prometheus waits for a scrape, ten seconds unless it was told otherwise.
    private static let patience = Duration.seconds(6)

    private let registry: MetricsRegistry
    private let queue: ResponseQueue
    private let sources: ReloadableSources
    private let activity: SourceActivity
    private let delivery: @Sendable () -> DeliveryReport
    private let droppedLogLines: @Sendable () -> DroppedLogLines
    private let readiness: Readiness
    private let figures: SharedReading<QueueFigures>
    private let storage: SharedReading<StorageFigures>

    init(_ dependencies: AdminListener.Dependencies) {
        registry = dependencies.metrics
        queue = dependencies.queue
        sources = dependencies.sources
        activity = dependencies.activity
        delivery = dependencies.delivery
        droppedLogLines = dependencies.droppedLogLines
        readiness = dependencies.readiness
        let queue = dependencies.queue
        figures = SharedReading(limit: Self.patience) { await queue.figures() }
        storage = SharedReading(limit: Self.patience) { await queue.storageFigures() }
    }

    /// In Prometheus' text format 0.0.4.
    func text() async -> String {
        async let reading = self.storage.value
        let figures = await figures.value
        let storage = await reading
        var page = MetricsPage()
        registry.write(to: &page)
        let isReady = readiness.isLikely(by: figures, disk: storage?.disk, after: queue.lastWriteProblem)
        page.add(.ready, isReady ? 1 : 0)
        page.add(.queueUp, figures?.status == nil ? 0 : 1)
        page.add(.queueUncommitted, queue.uncommitted)
        if let status = figures?.status { write(status, to: &page) }
        if let bytes = figures?.tableBytes { page.add(.databaseBytes, Double(bytes), [("part", "tables")]) }
        if let storage { write(storage, to: &page) }
        for source in sources.current.sources {
            let last = activity.tally(of: source.label)
            page.add(.lastDelivery, last.timestamp, [("source", source.label)])
        }
        write(delivery(), to: &page)
        if queue.isShared {
            page.add(.forwarding, queue.isForwarding ? 1 : 0)
            page.add(.unreplicatedPromotions, queue.unreplicatedPromotions)
        }
        let dropped = droppedLogLines()
        page.add(.logLinesDropped, dropped.errors, [("level", "error")])
        page.add(.logLinesDropped, dropped.others, [("level", "other")])
        ProcessFigures().write(to: &page)
        return page.text
    }

    private func write(_ report: DeliveryReport, to page: inout MetricsPage) {
        page.add(.deliveryState, "state", DeliveryReport.states, is: report.state)
        page.add(.deliveryPausedReason, "reason", report.pauseReasons, is: report.pauseReason)
    }

    private func write(_ storage: StorageFigures, to page: inout MetricsPage) {
        for (part, bytes) in storage.fileBytes.sorted(by: { $0.key < $1.key }) {
            page.add(.databaseBytes, Double(bytes), [("part", part)])
        }
        if let disk = storage.disk {
            page.add(.diskFree, Double(disk.free))
            page.add(.diskSize, Double(disk.size))
            page.add(.diskReserve, Double(disk.reserve))
        }
    }

    private func write(_ status: QueueStatus, to page: inout MetricsPage) {
        page.add(.queueAccepted, status.accepted)
        let books = [
            ("pending", status.pending), ("sending", status.sending), ("delivered", status.delivered),
            ("parked", status.parked), ("erased", status.erased),
        ]
        for (state, count) in books { page.add(.queueResponses, count, [("state", state)]) }
        page.add(.queueHeld, status.held)
        page.add(.queueOldestPending, status.oldestPendingSeconds)
        page.add(.queueParkedExpiring, status.parkedExpiry?.count ?? 0)
        page.add(.queueUnconfirmedErasures, status.unconfirmed)
        page.add(.queueClockTrusted, status.clockProblem == nil ? 1 : 0)
        page.add(.queueUpgraded, Double(status.upgrade?.percent ?? 100) / 100)
        page.add(.queueRestored, status.restoration?.foundAt.timeIntervalSince1970.rounded(.down) ?? 0)
        guard let quarantine = status.quarantine else { return }
        page.add(.quarantineLimit, quarantine.limit)
        for source in quarantine.sources {
            page.add(.quarantineBytes, source.bytes, [("source", source.source)])
            page.add(.quarantineEntries, source.entries, [("source", source.source)])
        }
    }
}

/// Lines that the log has lost since the start.
package struct DroppedLogLines: Sendable, Hashable {
    package let errors: Int
    package let others: Int

    package init(errors: Int = 0, others: Int = 0) {
        self.errors = errors
        self.others = others
    }
}
