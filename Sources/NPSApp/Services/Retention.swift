import Foundation
import Logging
import NPSQueue
import ServiceLifecycle

/// Removes what was kept long enough, at the start and every hour: quarantined payloads, parked responses, receipts.
struct Retention: Service {
    /// In seconds; nil = for ever.
    struct Periods {
        /// From when a payload first came.
        var quarantine: TimeInterval?
        /// From when a response was parked.
        var parked: TimeInterval?
        /// From when a response was delivered or erased.
        var receipts: TimeInterval?
    }

    let queue: ResponseQueue
    let periods: Periods
    let logger: Logger
    var now: @Sendable () -> Date = { Date() }
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await sweep()
                try await sleep(.seconds(3_600))
            }
        }
    }

    private func sweep() async {
        await remove("old payloads", "removed from quarantine", after: periods.quarantine) { date throws(QueueError) in
            try await queue.expireQuarantine(before: date)
        }
        await remove("old parked responses", "erased", after: periods.parked) { date throws(QueueError) in
            try await queue.eraseParked(before: date)
        }
        await remove("old receipts", "removed", after: periods.receipts) { date throws(QueueError) in
            try await queue.removeReceipts(before: date)
        }
    }

    /// What fails is tried again an hour later: keeping something too long is no reason to stop.
    private func remove(
        _ what: String,
        _ done: String,
        after period: TimeInterval?,
        _ removal: (Date) async throws(QueueError) -> Int
    ) async {
        guard let period else { return }
        do throws(QueueError) {
            let count = try await removal(now().addingTimeInterval(-period))
            guard count > 0 else { return }
            logger.notice("\(what) \(done)", metadata: ["count": "\(count)"])
        } catch {
            logger.error("\(what) couldn't be \(done)", metadata: ["reason": "\(error)"])
        }
    }
}
