import Logging
import NPSServer
import NPSWebhooks
import ServiceLifecycle
import UnixSignals

/// Reloads the webhook sources at each SIGHUP. A mistake in them is logged, and the previous ones stay in force.
struct SourceReload<Signals: AsyncSequence<UnixSignal, Never> & Sendable>: Service {
    let sources: ReloadableSources
    let signals: Signals
    let logger: Logger

    func run() async throws {
        for await _ in signals.cancelOnGracefulShutdown() {
            do throws(WebhookError) {
                let catalogue = try await sources.reload()
                logger.notice("webhook sources read again", metadata: ["sources": "\(catalogue.sources.count)"])
            } catch {
                for sentence in error.sentences { logger.error("a webhook source can't be used: \(sentence)") }
                logger.error("the webhook sources that were read before stay in force")
            }
        }
    }
}
