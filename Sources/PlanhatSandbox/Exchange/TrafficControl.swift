import Foundation
import Synchronization

/// What changes from request to request: the plan of faults and its random numbers, the rate window, the ledger.
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
        var ledger = TrafficLedger()
    }

    private let state: Mutex<State>

    init(plan: FaultPlan, seed: UInt64) {
        state = Mutex(State(plan: plan, random: SeededGenerator(seed: plan.seed ?? seed)))
    }

    /// A request above the limit uses up no fault.
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

    var ledger: TrafficLedger { state.withLock(\.ledger) }

    /// Changes the plan in one step; a seed in it begins its random numbers anew.
    func change(_ edit: (inout FaultPlan) throws(SandboxError) -> Void) throws(SandboxError) -> FaultPlan {
        try state.withLock { state throws(SandboxError) in
            state.plan.seed = nil
            try edit(&state.plan)
            if let seed = state.plan.seed { state.random = SeededGenerator(seed: seed) }
            return state.plan
        }
    }

    func count(_ operation: Operation, _ outcome: String) {
        state.withLock { $0.ledger.count(operation, outcome) }
    }

    /// Empties the ledger and the rate window; the plan stays.
    func reset() {
        state.withLock { state in
            state.ledger = TrafficLedger()
            state.window = RateWindow()
        }
    }
}
