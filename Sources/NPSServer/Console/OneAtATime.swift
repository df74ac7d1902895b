import Synchronization

/// Lets one piece of work be done at a time.
final class OneAtATime: Sendable {
    private let isTaken = Mutex(false)

    /// Nil while another one is being done.
    func run<Value>(_ work: () async throws -> Value) async rethrows -> Value? {
        let isFree = isTaken.withLock { isTaken in
            defer { isTaken = true }
            return !isTaken
        }
        guard isFree else { return nil }
        defer { isTaken.withLock { $0 = false } }
        return try await work()
    }
}
