import Synchronization

/// A reading that is kept for some seconds, so that many who look cost one; then nothing of it is held any more. What
/// couldn't be read isn't kept.
final class KeptReading<Value: Sendable>: Sendable {
    private struct State {
        var reading: SharedReading<Value?>
        var kept: Value?
        /// Counts what was kept and what was forgotten, so that nothing is kept, or dropped, in the place of something newer.
        var number = 0
    }

    private let state: Mutex<State>
    private let lifetime: Duration
    private let sleep: @Sendable (Duration) async throws -> Void
    private let make: @Sendable () -> SharedReading<Value?>

    /// - Parameters:
    ///   - lifetime: for how long it is kept.
    ///   - limit: how long anybody waits for it.
    init(
        for lifetime: Duration,
        limit: Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        read: @escaping @Sendable () async -> Value?
    ) {
        let make: @Sendable () -> SharedReading<Value?> = { SharedReading(limit: limit, read: read) }
        (self.lifetime, self.sleep, self.make) = (lifetime, sleep, make)
        state = Mutex(State(reading: make()))
    }

    /// Nil when it can't be read, or not soon.
    var value: Value? {
        get async {
            let (kept, reading, number) = state.withLock { ($0.kept, $0.reading, $0.number) }
            if let kept { return kept }
            guard let value = await reading.value ?? nil else { return nil }
            keep(value, after: number)
            return value
        }
    }

    /// Has the next who asks get what is true from now on, also if somebody is reading at the moment.
    func forget() {
        state.withLock { $0 = State(reading: make(), number: $0.number + 1) }
    }

    private func keep(_ value: Value, after number: Int) {
        let isLatest = state.withLock { state in
            guard state.number == number else { return false }
            (state.kept, state.number) = (value, number + 1)
            return true
        }
        guard isLatest else { return }
        Task {
            try? await sleep(lifetime)
            state.withLock { if $0.number == number + 1 { $0.kept = nil } }
        }
    }
}
