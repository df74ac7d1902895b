import Logging
import NPSModel
import NPSQueue

/// What is written of an action: who by, what and to how much. Never an address, and nothing that anybody typed.
extension OperatorActions {
    /// To be called for what changed something, and for what may have. The action is done already, so that a failure here
    /// takes nothing back: it is in the log, as the entry itself is.
    func note(
        _ action: AuditEntry.Action,
        by actor: AuditEntry.Actor,
        subject: String,
        outcome: String
    ) async {
        logger.notice(
            "an operator changed something",
            metadata: [
                "action": .string(action.rawValue), "actor": .string(actor.rawValue), "subject": .string(subject),
                "outcome": .string(outcome),
            ]
        )
        do throws(QueueError) {
            try await queue.note(action, by: actor, subject: subject, outcome: outcome)
        } catch {
            logger.error(
                "what an operator did is missing in the audit log, and only here",
                metadata: ["action": .string(action.rawValue), "error": "\(error)"]
            )
        }
    }

    /// The first ids, and how many more there are.
    static func list(_ ids: some Collection<some CustomStringConvertible>) -> String {
        let named = ids.prefix(10).map(\.description).joined(separator: ", ")
        return ids.count > 10 ? "\(named) and \(ids.count - 10) more" : named
    }

    static func counted(_ count: Int, _ one: String, _ many: String) -> String {
        count == 1 ? "1 \(one)" : "\(count) \(many)"
    }
}

extension OperatorActions {
    /// Whom an erasure is about.
    static let person = "a person"

    /// Of what ended with an error.
    ///
    /// - Parameters:
    ///   - count: to how many it was done for certain.
    ///   - done: says that of a number.
    static func unfinished(_ count: Int, _ done: (Int) -> String) -> String {
        guard count > 0 else { return begun }
        return done(count) + unfinishedEnd
    }

    static let begun = "begun, and ended with an error: how much of it is done isn't known"
    static let unfinishedEnd = "; ended with an error: whether that was all isn't known"

    static func retried(_ count: Int) -> String {
        counted(count, "response is", "responses are") + " to be sent again"
    }

    static func discarded(_ count: Int) -> String { counted(count, "payload", "payloads") + " discarded" }

    /// Of what was done to quarantined payloads.
    static func subject(of ids: [QuarantineID]) -> String { "quarantine \(list(ids))" }

    /// - Parameter ids: those to which it was done, as far as ids were named.
    static func subject(of wanted: RetryRequest, done ids: [ResponseID]) -> String {
        if let named = wanted.ids { return list(ids.isEmpty ? named : ids) }
        // The text of the reason was typed by somebody.
        return wanted.reason == nil ? "everything parked" : "what is parked for one reason"
    }

    /// Nil when nothing changed.
    static func outcome(of outcomes: [ReplayOutcome]) -> String? {
        let accepted = outcomes.filter { $0.result == .accepted }
        let ignored = outcomes.count { $0.result == .ignored }
        guard !accepted.isEmpty || ignored > 0 else { return nil }
        let responses = accepted.reduce(0) { $0 + ($1.responses?.count ?? 0) }
        var text =
            counted(accepted.count, "payload", "payloads") + " became " + counted(responses, "response", "responses")
        if ignored > 0 { text += ", \(ignored) turned out to be no response" }
        let left = outcomes.count - accepted.count - ignored
        return left > 0 ? text + ", \(left) stayed in quarantine" : text
    }
}
