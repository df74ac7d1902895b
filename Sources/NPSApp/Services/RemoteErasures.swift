import Foundation
import Logging
import NPSModel
import NPSQueue
import ServiceLifecycle

/// Deletes at Planhat what somebody asked to have deleted there and no command has finished: slowly, inside delivery's
/// request budget, and only while delivery itself isn't held up.
///
/// A tombstone that nobody asked that for is left alone: it is listed, and `queue erase --unconfirmed` deletes it.
struct RemoteErasures: Service {
    /// The part of the requests that it takes.
    static let share = 0.1

    let queue: ResponseQueue
    let erasure: RemoteErasure
    /// Whether nothing is to be sent now: delivery is paused or waits, or another program has a share of the requests.
    let isHeldUp: @Sendable () -> Bool
    let logger: Logger
    /// Those that don't wait for ``grace``.
    var prompt = PromptErasures()
    var now: @Sendable () -> Date = { Date() }
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    /// In seconds. The command that erases goes first, and prints what became of each record.
    static let grace: TimeInterval = 600
    private static let page = 50
    /// So many failures in a row say nothing about the single record.
    private static let mostFailures = 3

    /// Why a pass ended, which decides how long the next one waits.
    private enum End {
        case complete
        case heldUp
        case stopped(String)
        case failed

        var pause: Duration {
            switch self {
            case .complete, .heldUp: .seconds(60)
            case .stopped: .seconds(300)
            case .failed: .seconds(3_600)
            }
        }
    }

    private struct Counts {
        var deleted = 0
        var alreadyGone = 0
        var failed = 0

        var metadata: Logger.Metadata {
            ["deleted": "\(deleted)", "alreadyGone": "\(alreadyGone)", "failed": "\(failed)"]
        }

        var isEmpty: Bool { deleted + alreadyGone + failed == 0 }
    }

    /// Goes on where the last pass ended, so that what can't be deleted doesn't keep the others waiting.
    private struct Walk {
        var erasure: RemoteErasure
        var last: Int64?
        var failuresInRow = 0
        /// Since the last complete pass.
        var hasFailures = false
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var walk = Walk(erasure: erasure)
            var complaint: String?
            var pause = End.complete.pause
            while !Task.isCancelled {
                try await rest(pause)
                let end = try await pass(&walk)
                if case .stopped(let sentence) = end {
                    if sentence != complaint {
                        logger.error("deleting at Planhat is paused", metadata: ["reason": "\(sentence)"])
                    }
                    complaint = sentence
                } else if case .complete = end {
                    complaint = nil
                }
                pause = end.pause
            }
        }
    }

    /// Shorter when somebody begins to wait for a deletion.
    private func rest(_ pause: Duration) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sleep(pause) }
            group.addTask { await prompt.wait() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func pass(_ walk: inout Walk) async throws -> End {
        while true {
            let page: [UnconfirmedErasure]
            do throws(QueueError) {
                page = try await queue.unconfirmedErasures(isWanted: true, after: walk.last, limit: Self.page)
            } catch {
                // Otherwise the collector stops.
                if error != .closed {
                    logger.warning("what to delete at Planhat can't be read", metadata: ["reason": "\(error)"])
                }
                return .failed
            }
            var counts = Counts()
            let end: End?
            do {
                end = try await work(on: page, &walk, &counts)
            } catch {
                report(counts)
                throw error
            }
            report(counts)
            if let end { return end }
            guard page.count == Self.page else {
                walk.last = nil
                defer { walk.hasFailures = false }
                return walk.hasFailures ? .failed : .complete
            }
        }
    }

    /// Nil when all of the page are done with.
    private func work(on page: [UnconfirmedErasure], _ walk: inout Walk, _ counts: inout Counts) async throws -> End? {
        for tombstone in page {
            guard isDue(tombstone) else {
                walk.last = tombstone.sequence
                continue
            }
            guard !isHeldUp() else { return .heldUp }
            let result = try await walk.erasure.delete(tombstone.remote)
            switch result {
            case .deleted, .alreadyGone:
                walk.failuresInRow = 0
                guard try await confirm(tombstone) else { return .failed }
                if result == .deleted { counts.deleted += 1 } else { counts.alreadyGone += 1 }
            case .failed:
                counts.failed += 1
                walk.failuresInRow += 1
                walk.hasFailures = true
            case .stopped(let sentence):
                return .stopped(sentence)
            }
            walk.last = tombstone.sequence
            if walk.failuresInRow >= Self.mostFailures {
                walk.failuresInRow = 0
                return .failed
            }
        }
        return nil
    }

    private func confirm(_ tombstone: UnconfirmedErasure) async throws -> Bool {
        do throws(QueueError) {
            _ = try await queue.confirmErasure([tombstone.id])
            prompt.remove(tombstone.id)
            return true
        } catch {
            logger.warning("a deletion at Planhat couldn't be stored", metadata: ["reason": "\(error)"])
            return false
        }
    }

    /// A date that is far ahead was set while the clock was wrong.
    private func isDue(_ tombstone: UnconfirmedErasure) -> Bool {
        guard let deletableFrom = tombstone.deletableFrom else { return false }
        let grace = prompt.contains(tombstone.id) ? 0 : Self.grace
        let from = max(deletableFrom, tombstone.erasedAt.addingTimeInterval(grace))
        let wait = from.timeIntervalSince(now())
        return wait <= 0 || wait > 2 * Self.grace
    }

    private func report(_ counts: Counts) {
        guard !counts.isEmpty else { return }
        if counts.failed > 0 {
            logger.warning(
                "not all erased responses could be deleted at Planhat: queue erase --unconfirmed says why",
                metadata: counts.metadata
            )
        } else {
            logger.notice("erased responses are gone at Planhat", metadata: counts.metadata)
        }
    }
}
