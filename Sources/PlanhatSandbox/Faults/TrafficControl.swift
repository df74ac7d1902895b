import Foundation
import Synchronization

/// What changes from request to request: the plan of faults and its random numbers, the rate window, the counts and the log.
final class TrafficControl: Sendable {
    /// What is decided about one request.
    struct Admission: Sendable, Hashable {
        let behaviour: Behaviour
        /// Nil without a limit.
        let rate: RateWindow.Verdict?
        let action: FaultAction
    }

    private struct State {
        var plan: FaultPlan
        var random: SeededGenerator
        var window = RateWindow()
        var counts = RequestCounts()
        var writes = WriteLog()
    }

    private let state: Mutex<State>

    init(plan: FaultPlan, seed: UInt64) {
        state = Mutex(State(plan: plan, random: SeededGenerator(seed: plan.seed ?? seed)))
    }

    /// Decides about a request. One above the rate limit uses up no fault.
    func admit(_ operation: Operation, at now: Date) -> Admission {
        state.withLock { state in
            let behaviour = state.plan.behaviour
            let rate = state.window.admit(at: now, limit: behaviour.rateLimit, seconds: behaviour.rateLimitWindow)
            let isAdmitted = rate?.retryAfter == nil
            let action = isAdmitted ? state.plan.next(for: operation, using: &state.random) : .refuse(.tooManyRequests)
            return Admission(behaviour: behaviour, rate: rate, action: action)
        }
    }

    var plan: FaultPlan { state.withLock(\.plan) }

    var counts: RequestCounts { state.withLock(\.counts) }

    var writes: WriteLog { state.withLock(\.writes) }

    /// Changes the plan in one step, or not at all when the edit throws; a seed restarts its random numbers.
    func change(_ edit: (inout FaultPlan) throws(SandboxError) -> Void) throws(SandboxError) -> FaultPlan {
        try state.withLock { state throws(SandboxError) in
            var plan = state.plan
            plan.seed = nil
            try edit(&plan)
            state.plan = plan
            if let seed = plan.seed { state.random = SeededGenerator(seed: seed) }
            return plan
        }
    }

    /// - Parameter outcome: the status, or ``RequestCounts/dropped``.
    func count(_ operation: Operation, _ outcome: String) {
        state.withLock { $0.counts.count(operation, outcome) }
    }

    /// A request that writes these has come in whole. ``endWrite(of:)`` follows when it is over.
    func beginWrite(of sourceIDs: Set<String>, at now: Date) {
        state.withLock { $0.writes.begin(sourceIDs, at: now) }
    }

    func endWrite(of sourceIDs: Set<String>) {
        state.withLock { $0.writes.end(sourceIDs) }
    }

    /// Empties the counts, the log and the rate window; the plan stays.
    func reset() {
        state.withLock { state in
            state.counts = RequestCounts()
            state.writes.reset()
            state.window = RateWindow()
        }
    }
}

/// How many requests ended how: by operation, and by status or `dropped`.
struct RequestCounts: Sendable, Hashable {
    private(set) var byOperation: [Operation: [String: Int]] = [:]

    /// In place of a status: the connection was closed without an answer.
    static let dropped = "dropped"

    var total: Int { byOperation.values.reduce(0) { $0 + $1.values.reduce(0, +) } }

    mutating func count(_ operation: Operation, _ outcome: String) {
        byOperation[operation, default: [:]][outcome, default: 0] += 1
    }
}

/// Counts requests in windows of a fixed length, the first of which begins with the first request.
struct RateWindow: Sendable, Hashable {
    struct Verdict: Sendable, Hashable {
        let limit: Int
        let remaining: Int
        /// Seconds until the next window, for a request that is one too many; nil when it is admitted.
        let retryAfter: Int?
    }

    private var startedAt: Date?
    private var used = 0

    /// Nil when there is no limit. A refused request isn't counted.
    mutating func admit(at now: Date, limit: Int, seconds: Int) -> Verdict? {
        guard limit > 0 else { return nil }
        let length = TimeInterval(seconds)
        let age = startedAt.map { now.timeIntervalSince($0) } ?? length
        if age < 0 || age >= length {
            startedAt = now
            used = 0
        }
        guard used < limit else {
            return Verdict(limit: limit, remaining: 0, retryAfter: max(1, Int((length - age).rounded(.up))))
        }
        used += 1
        return Verdict(limit: limit, remaining: limit - used, retryAfter: nil)
    }
}
