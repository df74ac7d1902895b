package import Foundation

/// `check --alerts`: sends a message that says that nothing is wrong, and tells what came back.
package struct AlertTrial: Sendable {
    private let receiver: AlertReceiver
    private let collector: String

    /// Nil when nobody is told.
    package init?(_ settings: Settings) {
        guard let receiver = settings.alerts else { return nil }
        self.receiver = receiver
        collector = settings.queue.name
    }

    /// - Returns: nil when it was taken; otherwise a sentence that says why not.
    package func run(at now: Date = Date()) async -> String? {
        let client = AlertClient()
        let id = "alert-" + UUID().uuidString.lowercased()
        let content = AlertContent(trialOf: collector, at: now, incident: id)
        let outcome = await client.post(
            receiver.request(content, .trial, id: id, decidedAt: now, at: now),
            to: receiver.url
        )
        await client.shutdown()
        switch outcome {
        case .delivered: return nil
        case .failed(let failure, _): return failure.description
        }
    }
}
