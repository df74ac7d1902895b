import Foundation
import Logging
import NPSDelivery
import NPSQueue
import NPSServer
import NPSWebhooks

/// How the alerts are put together of what a collector has.
struct AlertComposition: Sendable {
    /// Less than a round takes.
    private static let patience = Duration.seconds(6)

    let queue: ResponseQueue
    let worker: DeliveryWorker
    let sources: ReloadableSources
    let activity: SourceActivity
    let readiness: Readiness
    /// Nil without TLS.
    let certificates: ReloadableCertificates?
    let droppedLogLines: @Sendable () -> DroppedLogLines
    /// Where they are shown.
    let active = ActiveAlerts()
    /// When all that is old was last removed.
    let sweep = LastSweep()

    func service(_ settings: Settings, logger: Logger) -> AlertService {
        let (queue, activity) = (queue, activity)
        let status = SharedReading(limit: Self.patience) { try? await queue.status() }
        let storage = SharedReading(limit: Self.patience) { await queue.storageFigures() }
        let client = AlertClient()
        return AlertService(
            queue: queue,
            receiver: settings.alerts,
            collector: settings.queue.name,
            read: { await read(status, storage) },
            activity: { activity.records },
            post: { await client.post($0, to: $1) },
            active: active,
            logger: logger,
            close: { await client.shutdown() }
        )
    }

    private func read(
        _ shownStatus: SharedReading<QueueStatus?>,
        _ shownStorage: SharedReading<StorageFigures>
    ) async -> AlertReading {
        async let storageReading = shownStorage.value
        let status = await shownStatus.value ?? nil
        let disk = await storageReading?.disk
        let (figures, problem) = (QueueFigures(status: status), queue.lastWriteProblem)
        var reading = AlertReading()
        // Where it seems not to, a write tells whether it does by now: nobody else may come for hours.
        var works = readiness.isLikely(by: figures, disk: disk, after: problem)
        if !works { works = await readiness.problem() == nil }
        if works {
            reading.acceptance = .works
        } else {
            let isBelowReserve = disk.map { $0.free < $0.reserve } ?? false
            reading.acceptance = .fails(.init(queue.lastWriteProblem, isBelowReserve: isBelowReserve))
        }
        reading.disk = disk.map { AlertFigures.Disk(free: $0.free, reserve: $0.reserve) }
        // What isn't due for renewal by its own lifetime is nobody's business, however short that is.
        let watched = certificates.map { $0.facts + sources.current.authorityFacts } ?? []
        reading.certificateEnd = watched.filter { $0.isOverdue(at: Date()) }.map(\.chainExpires).min()
        let dropped = droppedLogLines()
        reading.droppedLogLines = dropped.errors + dropped.others
        reading.unreplicatedPromotions = queue.unreplicatedPromotions
        reading.sinceSweep = sweep.age
        reading.status = status
        reading.delivery = .init(DeliveryReport(worker, of: queue))
        reading.isShared = queue.isShared
        reading.isForwarding = queue.isForwarding
        reading.configured = Set(sources.current.sources.map(\.label))
        reading.local = activity.records
        return reading
    }
}
