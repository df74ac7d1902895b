import Synchronization

/// Whether a start comes to its end, when all listeners accept connections, or a stop comes first. Whoever waits for it learns
/// of one of the two, and not of a start that a stop has followed by then.
final class CompleteStart: Sendable {
    private struct State {
        var missing: Int
        var publicPort: Int?
        var isStopped = false
        var waiting: [CheckedContinuation<Bool, Never>] = []

        /// Nil while neither has happened.
        var result: Bool? { isStopped ? false : missing <= 0 ? true : nil }
    }

    private let state: Mutex<State>

    /// - Parameter listeners: how many there are to be.
    init(listeners: Int) {
        state = Mutex(State(missing: listeners))
    }

    /// One more accepts connections.
    ///
    /// - Parameter port: the public listener's; nil for the others.
    func listens(publicAt port: Int? = nil) {
        change { state in
            state.missing -= 1
            if let port { state.publicPort = port }
        }
    }

    /// Where the public listener listens, once it does; 0 for a socket that has no port.
    var publicPort: Int? { state.withLock { $0.publicPort } }

    /// The collector stops.
    func stop() { change { $0.isStopped = true } }

    /// True when all listeners accept connections; false when the collector was stopped before, or has been since.
    func wait() async -> Bool {
        await withCheckedContinuation { continuation in
            let result = state.withLock { state in
                if state.result == nil { state.waiting.append(continuation) }
                return state.result
            }
            if let result { continuation.resume(returning: result) }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let (result, waiting) = state.withLock { state -> (Bool?, [CheckedContinuation<Bool, Never>]) in
            body(&state)
            guard let result = state.result else { return (nil, []) }
            defer { state.waiting = [] }
            return (result, state.waiting)
        }
        guard let result else { return }
        for continuation in waiting { continuation.resume(returning: result) }
    }
}
