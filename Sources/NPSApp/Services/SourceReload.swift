import Logging
import NPSServer
import NPSWebhooks

/// Reads the webhook sources again. A mistake in them is logged, and the previous ones stay in force.
struct SourceReload: Sendable {
    let sources: ReloadableSources
    /// Whether TLS of the collector's own is on.
    let isEncrypted: Bool
    let logger: Logger

    func renew() async {
        do throws(WebhookError) {
            let catalogue = try await sources.reload()
            logger.notice("webhook sources read again", metadata: ["sources": "\(catalogue.sources.count)"])
            for warning in catalogue.warnings(isEncrypted: isEncrypted) { logger.warning("\(warning)") }
        } catch {
            for sentence in error.sentences { logger.error("a webhook source can't be used: \(sentence)") }
            logger.error("the webhook sources that were read before stay in force")
        }
    }
}
