import Foundation
import Synchronization

/// Reads something that may take long, for whoever asks: one reading at a time, whose result all get that wait for it, and
/// nobody waits longer than the limit. So a disk that hangs neither piles up work nor keeps the metrics from being seen.
package final class SharedReading<Value: Sendable>: Sendable {
    private struct State {
        var isReading = false
        var waiting: [UUID: CheckedContinuation<Value?, Never>] = [:]
    }

    private let limit: Duration
    private let sleep: @Sendable (Duration) async throws -> Void
    private let read: @Sendable () async -> Value
    private let state = Mutex(State())

    package init(
        limit: Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        read: @escaping @Sendable () async -> Value
    ) {
        self.limit = limit
        self.sleep = sleep
        self.read = read
    }

    /// Nil when it takes too long.
    package var value: Value? {
        get async {
            let id = UUID()
            return await withCheckedContinuation { continuation in
                let begins = state.withLock { state in
                    state.waiting[id] = continuation
                    defer { state.isReading = true }
                    return !state.isReading
                }
                if begins { Task { finish(await read()) } }
                Task {
                    try? await sleep(limit)
                    state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(returning: nil)
                }
            }
        }
    }

    /// How many wait just now.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    private func finish(_ value: Value) {
        let waiting = state.withLock { state in
            defer { state = State() }
            return state.waiting
        }
        for continuation in waiting.values { continuation.resume(returning: value) }
    }
}
