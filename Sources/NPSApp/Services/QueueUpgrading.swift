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
    private static let untilNextTry = Duration.seconds(60)
    /// How often what can't be read is tried.
    private static let tries = 3

    /// What has happened so far.
    private struct Course {
        /// Which tenth of the way was logged last; nil when nothing was.
        var tenth: Int?
        /// Whether no row was left that can be read.
        var isAtEnd = false
    }

    /// How far the answers are counted.
    private struct Count {
        /// The last that was looked at.
        var position: TallyPosition?
        /// How often the next ones couldn't be read.
        var failures = 0
        /// Whether some can't be counted.
        var hasGaps = false
    }

    /// Ends when all is done, unless an earlier version may share the database. What a stop interrupts goes on at the next start.
    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var course = Course()
            while let pause = await step(&course) { try await sleep(pause) }
            var isSaid = false
            try await countAll(&isSaid)
            guard queue.isShared else { return }
            var watch = FormerWatch(sleep: sleep) { [queue] in (try? await queue.hasOtherVersions()) ?? true }
            while !Task.isCancelled {
                try await watch.untilNext()
                try await countAll(&isSaid)
            }
        }
    }

    /// - Parameter isSaid: whether it was logged that some can't be counted.
    private func countAll(_ isSaid: inout Bool) async throws {
        var course = Count()
        while let pause = await count(&course) { try await sleep(pause) }
        if course.hasGaps, !isSaid {
            isSaid = true
            logger.error(
                "some earlier answers can't be read, so they aren't counted: see Operations, Upgrading"
            )
        }
    }

    /// How long to wait before the next step; nil when there is nothing left.
    private func count(_ course: inout Count) async -> Duration? {
        do throws(QueueError) {
            let begin = ContinuousClock.now
            var gaps = 0
            let isSparing = course.failures >= Self.tries
            course.position = try await queue.tallyFormer(after: course.position, isSparing: isSparing) { gaps += $0 }
            course.failures = 0
            if gaps > 0 { course.hasGaps = true }
            if course.position != nil { return max(Self.shortestRest, begin.duration(to: .now) * Self.rest) }
            if !course.hasGaps { try await queue.finishTallying() }
            return nil
        } catch {
            // The collector stops.
            if error == .closed { return nil }
            logger.warning("earlier answers could not be counted yet", metadata: ["reason": "\(error)"])
            if case .damaged = error { course.failures += 1 }
            return Self.untilNextTry
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
            if error == .closed { return nil }
            logger.warning("the queue's file could not be brought on", metadata: ["reason": "\(error)"])
            return .seconds(60)
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
