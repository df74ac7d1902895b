import Logging
import NPSQueue
import ServiceLifecycle

/// Brings what an earlier version stored into this version's form, a few rows at a time, so that nothing waits for it.
struct QueueUpgrading: Service {
    let queue: ResponseQueue
    let logger: Logger
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    /// Ends when all is done. What a stop interrupts goes on at the next start.
    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var said: Int?
            while let pause = await step(&said) { try await sleep(pause) }
        }
    }

    /// How long to wait before the next step; nil when there is nothing left.
    ///
    /// - Parameter said: which tenth of the way was logged last; nil when nothing was.
    private func step(_ said: inout Int?) async -> Duration? {
        do throws(QueueError) {
            guard let progress = try await queue.upgrade() else {
                if said != nil { logger.notice("The queue's file has the form of this version now") }
                return nil
            }
            let tenth = progress.percent / 10
            if said != tenth {
                said = tenth
                logger.notice(
                    "The queue's file is being brought into the form of this version; everything works meanwhile",
                    metadata: ["percent": "\(progress.percent)"]
                )
            }
            return .milliseconds(20)
        } catch {
            logger.warning("the queue's file could not be brought on", metadata: ["reason": "\(error)"])
            return error == .closed ? nil : .seconds(60)
        }
    }
}
