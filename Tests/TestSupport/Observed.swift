import Synchronization

/// A value that several tasks change, and that a test can wait for. It wakes whoever waits; nobody polls.
package final class Observed<Value: Sendable>: Sendable {
    private struct Waiter {
        let condition: @Sendable (Value) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var value: Value
        var waiters: [Int: Waiter] = [:]
        var waiterCount = 0
        /// Waits that were cancelled before they began.
        var cancelled: Set<Int> = []
    }

    private let state: Mutex<State>

    package init(_ value: Value) {
        state = Mutex(State(value: value))
    }

    package var value: Value { state.withLock { $0.value } }

    package func update<Result: Sendable>(_ edit: (inout Value) -> Result) -> Result {
        let (result, satisfied) = state.withLock { state in
            let result = edit(&state.value)
            let satisfied = state.waiters.filter { $0.value.condition(state.value) }
            for number in satisfied.keys { state.waiters[number] = nil }
            return (result, satisfied.values.map(\.continuation))
        }
        for continuation in satisfied { continuation.resume() }
        return result
    }

    /// Returns when the value is as wanted, at once if it is so already; earlier only when the task is cancelled.
    package func wait(until condition: @escaping @Sendable (Value) -> Bool) async {
        let number = state.withLock { state in
            state.waiterCount += 1
            return state.waiterCount
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDone = state.withLock { state in
                    if condition(state.value) || state.cancelled.remove(number) != nil { return true }
                    state.waiters[number] = Waiter(condition: condition, continuation: continuation)
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let waiter = state.waiters.removeValue(forKey: number)
                if waiter == nil { state.cancelled.insert(number) }
                return waiter
            }
            waiter?.continuation.resume()
        }
    }
}
