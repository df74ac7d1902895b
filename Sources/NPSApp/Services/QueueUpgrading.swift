import Logging
import NPSQueue
import ServiceLifecycle

/// Brings what an earlier version stored into this version's form, and then counts what of it is still known, a few rows at a
/// time, so that nothing waits for it.
struct QueueUpgrading: Service {
    let queue: ResponseQueue
    let logger: Logger
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    /// For how many times as long as a step took nothing is done after it, so that the disk is free for what comes in.
    private static let rest = 5
    private static let shortestRest = Duration.milliseconds(20)
    private static let untilNextCount = Duration.seconds(3_600)

    /// What has happened so far.
    private struct Course {
        /// Which tenth of the way was logged last; nil when nothing was.
        var tenth: Int?
        /// Whether no row was left that can be read.
        var isAtEnd = false
    }

    /// Ends when all is done, unless an earlier version may share the database. What a stop interrupts goes on at the next start.
    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var course = Course()
            while let pause = await step(&course) { try await sleep(pause) }
            repeat {
                var counted: TallyPosition?
                while let pause = await count(&counted) { try await sleep(pause) }
                // A collector of an earlier version may be there, and come back.
                if queue.isShared { try await sleep(Self.untilNextCount) }
            } while queue.isShared && !Task.isCancelled
        }
    }

    /// How long to wait before the next step; nil when there is nothing left.
    private func count(_ position: inout TallyPosition?) async -> Duration? {
        do throws(QueueError) {
            let begin = ContinuousClock.now
            position = try await queue.tallyFormer(after: position)
            return position == nil ? nil : max(Self.shortestRest, begin.duration(to: .now) * Self.rest)
        } catch {
            logger.warning("earlier answers could not be counted yet", metadata: ["reason": "\(error)"])
            return error == .closed ? nil : .seconds(60)
        }
    }

    /// How long to wait before the next step; nil when there is nothing left.
    private func step(_ course: inout Course) async -> Duration? {
        do throws(QueueError) {
            let begin = ContinuousClock.now
            guard let progress = try await queue.upgrade() else {
                if course.tenth != nil { logger.notice("The queue's file has the form of this version now") }
                return nil
            }
            guard !course.isAtEnd else {
                logger.error("Rows of an earlier version can't be read and stay as they are: see Operations, Upgrading")
                return nil
            }
            course.isAtEnd = progress.reached == progress.last
            say(progress, &course)
            return max(Self.shortestRest, begin.duration(to: .now) * Self.rest)
        } catch {
            logger.warning("the queue's file could not be brought on", metadata: ["reason": "\(error)"])
            return error == .closed ? nil : .seconds(60)
        }
    }

    private func say(_ progress: QueueUpgrade, _ course: inout Course) {
        let tenth = progress.percent / 10
        guard course.tenth != tenth else { return }
        course.tenth = tenth
        logger.notice(
            "The queue's file is being brought into the form of this version; everything works meanwhile",
            metadata: ["percent": "\(progress.percent)"]
        )
    }
}
