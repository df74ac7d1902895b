import Dispatch
package import NPSWebhooks
import Synchronization

/// The webhook sources in force, and the way to reload them while the collector runs.
///
/// A delivery that is being processed keeps the sources it began with.
package final class ReloadableSources: Sendable {
    /// When each of them delivered last.
    package let activity = SourceActivity()
    private let catalogue: Mutex<SourceCatalogue>
    private let reading: @Sendable () throws(WebhookError) -> SourceCatalogue
    /// Reading compiles each source's jq programs, 15 ms each: too long for an event loop. Serial, so that what was
    /// read last is in force.
    private let dispatch = DispatchQueue(label: "nps.webhooks.sources")

    /// - Parameter reading: reads the sources as they are now; called off the event loops.
    package init(
        _ catalogue: SourceCatalogue,
        reading: @escaping @Sendable () throws(WebhookError) -> SourceCatalogue
    ) {
        self.catalogue = Mutex(catalogue)
        self.reading = reading
    }

    package var current: SourceCatalogue { catalogue.withLock { $0 } }

    /// The sources as they are now, without putting them in force.
    package func read() async throws(WebhookError) -> SourceCatalogue {
        try await read { _ in }
    }

    /// Puts the sources in force as they are now. When anything is wrong with them, those before stay.
    @discardableResult
    package func reload() async throws(WebhookError) -> SourceCatalogue {
        try await read { [self] new in catalogue.withLock { $0 = new } }
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
