import Foundation
import NPSQueue
import NPSWebhooks

/// The metrics page: what was counted since the start, and what is read when somebody asks. One read of the queue, which costs
/// the same for a million responses as for one.
final class Scrape: Sendable {
    private struct Reading {
        let figures: QueueFigures
        let isReady: Bool
    }

    /// Less than Prometheus waits for a scrape, ten seconds unless it was told otherwise.
    private static let patience = Duration.seconds(6)

    private let registry: MetricsRegistry
    private let queue: ResponseQueue
    private let sources: ReloadableSources
    private let delivery: @Sendable () -> DeliveryReport
    private let droppedLogLines: @Sendable () -> DroppedLogLines
    private let reading: SharedReading<Reading>

    init(_ dependencies: AdminListener.Dependencies) {
        registry = dependencies.metrics
        queue = dependencies.queue
        sources = dependencies.sources
        delivery = dependencies.delivery
        droppedLogLines = dependencies.droppedLogLines
        let (queue, readiness) = (dependencies.queue, dependencies.readiness)
        reading = SharedReading(limit: Self.patience) {
            async let status = readiness.check()
            let figures = await queue.figures()
            return Reading(figures: figures, isReady: await status == .ready)
        }
    }

    /// In Prometheus' text format 0.0.4.
    func text() async -> String {
        let reading = await reading.value
        var page = MetricsPage()
        registry.write(to: &page)
        page.add(.ready, reading?.isReady == true ? 1 : 0)
        page.add(.queueUp, reading?.figures.status == nil ? 0 : 1)
        if let figures = reading?.figures { write(figures, to: &page) }
        for source in sources.current.sources {
            let last = sources.activity.lastDelivery(of: source.label)
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

    private func write(_ figures: QueueFigures, to page: inout MetricsPage) {
        if let status = figures.status { write(status, to: &page) }
        page.add(.queueUncommitted, figures.uncommitted)
        for (part, bytes) in figures.databaseBytes.sorted(by: { $0.key < $1.key }) {
            page.add(.databaseBytes, Double(bytes), [("part", part)])
        }
        if let disk = figures.disk {
            page.add(.diskFree, Double(disk.free))
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
