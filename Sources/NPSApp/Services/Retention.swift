import Foundation
import Logging
import NPSModel
import NPSQueue
import ServiceLifecycle

/// Removes what was kept long enough, at the start and every hour: quarantined payloads, parked responses, receipts, and with
/// these what operators did; and hours of the statistics.
///
/// What is old is not for the machine's clock alone to say (`ResponseQueue.observeClock`): it is compared with the
/// uptime every minute, so that the uptime counts even if the collector is restarted within the hour.
struct Retention: Service {
    /// In seconds; nil = for ever.
    struct Periods {
        /// From when a payload first came.
        var quarantine: TimeInterval?
        /// From when a response was parked. What it erases is announced for a week before.
        var parked: TimeInterval?
        /// From when a response was delivered or erased.
        var receipts: TimeInterval?
    }

    let queue: ResponseQueue
    let periods: Periods
    let logger: Logger
    var metrics = RetentionMetrics()
    /// Called when all that was old is gone.
    var didSweep: @Sendable () -> Void = {}
    /// A monotonic clock.
    var uptime: @Sendable () -> ContinuousClock.Instant = { .now }
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    private static let untilObservation: Duration = .seconds(60)
    private static let untilSweep: Duration = .seconds(3_600)
    private static let untilAnnouncement: Duration = .seconds(86_400)

    func run() async throws {
        metrics.begin(periods)
        try? await cancelWhenGracefulShutdown {
            var observed = uptime()
            var swept: ContinuousClock.Instant?
            var announced: ContinuousClock.Instant?
            var wasWrong = false
            while !Task.isCancelled {
                let now = uptime()
                let reading = await read(after: now - observed)
                if case .success = reading { observed = now }
                let isDue = swept.map { now - $0 >= Self.untilSweep } ?? true
                let problem = try? reading.get().problem
                if let problem, isDue || !wasWrong { logger.warning("\(problem)") }
                wasWrong = problem != nil
                if isDue {
                    await sweep(by: reading)
                    swept = now
                    if announced.map({ now - $0 >= Self.untilAnnouncement }) ?? true, await announceExpiry() {
                        announced = now
                    }
                }
                try await sleep(Self.untilObservation)
            }
        }
    }

    private func read(after uptime: Duration) async -> Result<ClockReading, QueueError> {
        do throws(QueueError) {
            return .success(try await queue.observeClock(after: uptime))
        } catch {
            return .failure(error)
        }
    }

    private func sweep(by clock: Result<ClockReading, QueueError>) async {
        let payloads = await remove(.quarantine, "old payloads", "removed from quarantine") {
            () async throws(QueueError) in
            guard let date = try Self.limit(of: periods.quarantine, by: clock) else { return 0 }
            return try await queue.expireQuarantine(before: date)
        }
        let parked = await remove(.parked, "old parked responses", "erased") { () async throws(QueueError) in
            try await queue.expireParked(after: periods.parked)
        }
        let receipts = await remove(.receipts, "old receipts", "removed") { () async throws(QueueError) in
            guard let date = try Self.limit(of: periods.receipts, by: clock) else { return 0 }
            return try await queue.removeReceipts(before: date)
        }
        let rest = await tidy(by: clock)
        guard payloads, parked, receipts, rest else { return }
        metrics.swept(at: Date())
        didSweep()
    }

    /// Nobody asks how much of this there was.
    ///
    /// - Returns: whether it succeeded.
    private func tidy(by clock: Result<ClockReading, QueueError>) async -> Bool {
        do throws(QueueError) {
            if let date = try Self.limit(of: periods.receipts, by: clock) {
                _ = try await queue.removeAudit(before: date)
            }
            // Needs no clock.
            try await queue.removeEmptyTallies()
            if let past = try clock.get().past { try await queue.removeTraffic(at: past) }
            return true
        } catch {
            // The collector stops.
            if error == .closed { return false }
            logger.error(
                "old statistics and entries of the audit log couldn't be removed",
                metadata: ["reason": "\(error)"]
            )
            return false
        }
    }

    /// What is from before this is old; nil for nothing.
    private static func limit(
        of period: TimeInterval?,
        by clock: Result<ClockReading, QueueError>
    ) throws(QueueError) -> Date? {
        guard let period else { return nil }
        return try clock.get().past?.addingTimeInterval(-period)
    }

    /// Tells which parked responses are erased within a week. False when there are none, or nobody knows.
    private func announceExpiry() async -> Bool {
        guard let expiry = try? await queue.parkedExpiry() else { return false }
        logger.warning(
            "parked responses will be erased for their age: see queue list --parked",
            metadata: ["count": "\(expiry.count)", "from": "\(Timestamp.format(expiry.from))"]
        )
        return true
    }

    /// What fails is tried again an hour later: keeping something too long is no reason to stop.
    ///
    /// - Returns: whether it succeeded.
    private func remove(
        _ kind: RetentionMetrics.Kind,
        _ what: String,
        _ done: String,
        _ removal: () async throws(QueueError) -> Int
    ) async -> Bool {
        do throws(QueueError) {
            let count = try await removal()
            guard count > 0 else { return true }
            metrics.removed(kind, count)
            logger.notice("\(what) \(done)", metadata: ["count": "\(count)"])
            return true
        } catch {
            if error != .closed { logger.error("\(what) couldn't be \(done)", metadata: ["reason": "\(error)"]) }
            return false
        }
    }
}
