import Dispatch
import Synchronization

/// What an asynchronous operation comes to: libFuzzer wants its answer before it goes on.
package func wait<Value: Sendable>(for operation: @escaping @Sendable () async -> Value) -> Value? {
    let value = Mutex<Value?>(nil)
    let isDone = DispatchSemaphore(value: 0)
    Task.detached {
        let result = await operation()
        value.withLock { $0 = result }
        isDone.signal()
    }
    isDone.wait()
    return value.withLock { $0 }
}
