import Dispatch
package import NPSWebhooks
import Synchronization

/// The webhook sources in force, and the way to reload them while the collector runs.
///
/// A delivery that is being processed keeps the sources it began with.
package final class ReloadableSources: Sendable {
    private struct State {
        var catalogue: SourceCatalogue
        var followers: [@Sendable (SourceCatalogue) -> Void] = []
    }

    /// When each of them delivered last.
    package let activity = SourceActivity()
    private let state: Mutex<State>
    private let reading: @Sendable () throws(WebhookError) -> SourceCatalogue
    /// Reading compiles each source's jq programs, 15 ms each: too long for an event loop. Serial, so that what was
    /// read last is in force.
    private let dispatch = DispatchQueue(label: "nps.webhooks.sources")

    /// - Parameter reading: reads the sources as they are now; called off the event loops.
    package init(
        _ catalogue: SourceCatalogue,
        reading: @escaping @Sendable () throws(WebhookError) -> SourceCatalogue
    ) {
        state = Mutex(State(catalogue: catalogue))
        self.reading = reading
    }

    package var current: SourceCatalogue { state.withLock { $0.catalogue } }

    /// Passes on the sources in force, now and after each reload.
    ///
    /// - Parameter use: is kept for as long as these sources are; it may be called on any thread.
    func follow(_ use: @escaping @Sendable (SourceCatalogue) -> Void) {
        let current = state.withLock { state in
            state.followers.append(use)
            return state.catalogue
        }
        use(current)
    }

    /// The sources as they are now, without putting them in force.
    package func read() async throws(WebhookError) -> SourceCatalogue {
        try await read { _ in }
    }

    /// Puts the sources in force as they are now. When anything is wrong with them, those before stay.
    @discardableResult
    package func reload() async throws(WebhookError) -> SourceCatalogue {
        try await read { [self] new in
            let followers = state.withLock { state in
                state.catalogue = new
                return state.followers
            }
            for use in followers { use(new) }
        }
    }

    private func read(
        then use: @escaping @Sendable (SourceCatalogue) -> Void
    ) async throws(WebhookError) -> SourceCatalogue {
        let result: Result<SourceCatalogue, WebhookError> = await withCheckedContinuation { continuation in
            dispatch.async { [reading] in
                let result = Result { () throws(WebhookError) in try reading() }
                if case .success(let new) = result { use(new) }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }
}
