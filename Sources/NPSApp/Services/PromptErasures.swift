import NPSModel
import Synchronization

/// The erased responses whose records at Planhat somebody at a page waits for: they are deleted without the pause that leaves
/// the first try to a verb. In memory only; after a restart they are deleted like all others.
final class PromptErasures: Sendable {
    private struct Contents {
        var ids: Set<ResponseID> = []
        /// Whether some came that nobody has been woken for.
        var isNew = false
        var sleeper: AsyncStream<Void>.Continuation?
    }

    private let contents = Mutex(Contents())

    func add(_ ids: [ResponseID]) {
        guard !ids.isEmpty else { return }
        let sleeper = contents.withLock { contents in
            contents.ids.formUnion(ids)
            contents.isNew = true
            return contents.sleeper
        }
        sleeper?.yield()
    }

    func contains(_ id: ResponseID) -> Bool { contents.withLock { $0.ids.contains(id) } }

    func remove(_ id: ResponseID) { contents.withLock { _ = $0.ids.remove(id) } }

    /// Returns when there are new ones, at once if some came since the last call; also when the task is cancelled. One at a
    /// time may wait.
    func wait() async {
        let (stream, sleeper) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        contents.withLock { contents in
            contents.sleeper = sleeper
            if contents.isNew { sleeper.yield() }
        }
        for await _ in stream { break }
        contents.withLock { $0.isNew = false }
    }
}
