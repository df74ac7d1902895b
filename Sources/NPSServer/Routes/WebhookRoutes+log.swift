import HTTPTypes
import Logging
import NPSModel
import NPSWebhooks

/// The log tells what the line of a request doesn't: whose delivery was refused, and why.
extension WebhookRoutes {
    /// A delivery may have a thousand items, each with problems of its own.
    private static let mostProblems = 3

    /// Neither title nor detail nor errors have a value that was received. The label hides a name that is a source's only
    /// protection.
    static func log(_ problem: Problem, from source: WebhookSource, to logger: Logger) {
        guard logger.logLevel <= .info else { return }
        let told = problem.errors.prefix(mostProblems).map(\.description)
        let rest = problem.errors.count - told.count
        let fields = (told + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: "; ")
        logger.info(
            "a webhook delivery was refused",
            metadata: [
                "source": .string(source.label), "status": .stringConvertible(problem.status.code),
                "reason": .string(fields.isEmpty ? problem.detail : fields),
            ]
        )
    }

    /// Whatever name that is, it was received.
    static func logUnknownSource(to logger: Logger) {
        logger.info(
            """
            a webhook delivery came for a source that isn't configured: give webhooks.NAME.secrets, and a file in \
            webhooks.directory unless it is a preset
            """
        )
    }
}
