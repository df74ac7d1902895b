import Logging
import NPSQueue
import ServiceLifecycle

/// Keys the digests in receipts that an earlier version wrote, a few at a time, so that nothing waits for it.
struct DigestKeying: Service {
    let queue: ResponseQueue
    let logger: Logger
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    /// Ends when all are keyed. What a stop interrupts goes on at the next start.
    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while let pause = await step() { try await sleep(pause) }
        }
    }

    /// How long to wait before the next step; nil when there is nothing left.
    private func step() async -> Duration? {
        do throws(QueueError) {
            return try await queue.keyOldDigests() ? .milliseconds(20) : nil
        } catch {
            logger.warning("old receipts couldn't be keyed", metadata: ["reason": "\(error)"])
            return error == .closed ? nil : .seconds(60)
        }
    }
}
