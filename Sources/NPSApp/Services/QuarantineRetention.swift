import Foundation
import Logging
import NPSQueue
import ServiceLifecycle

/// Removes quarantined payloads that have come of age, at the start and every hour.
struct QuarantineRetention: Service {
    let queue: ResponseQueue
    /// In seconds, from when a payload first came.
    let retention: TimeInterval
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

    /// What goes wrong is tried again an hour later: keeping a payload too long is no reason to stop.
    private func sweep() async {
        do throws(QueueError) {
            let count = try await queue.expireQuarantine(before: now().addingTimeInterval(-retention))
            guard count > 0 else { return }
            logger.notice("old payloads removed from quarantine", metadata: ["count": "\(count)"])
        } catch {
            logger.error("the quarantine's old payloads couldn't be removed", metadata: ["reason": "\(error)"])
        }
    }
}
