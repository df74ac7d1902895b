import Logging
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

    /// Of what ended with an error, which says nothing about what was done before.
    static let unfinished = "begun, and ended with an error: how much of it is done isn't known"

    /// - Parameters:
    ///   - quarantined: how many payloads were erased; nil while that isn't known.
    ///   - responses: how many were erased for certain.
    static func outcome(ofUnfinishedErasure quarantined: Int?, responses: Int) -> String {
        guard let quarantined else { return unfinished }
        let payloads = counted(quarantined, "quarantined payload", "quarantined payloads")
        let erased = counted(responses, "response", "responses")
        return "\(erased) and \(payloads) erased; ended with an error: whether that was all isn't known"
    }

    /// Whether anything was erased, or ordered to be deleted at Planhat. Which of the records had been ordered before isn't
    /// told, so whoever orders it again is noted again; the parts that follow the first of a call order nothing new.
    static func changed(_ answer: ErasureResponse, _ wanted: ErasureRequest) -> Bool {
        if answer.quarantined > 0 || !answer.erasure.responses.isEmpty { return true }
        return wanted.remote == true && wanted.after == nil && !answer.erasure.remote.isEmpty
    }

    static func subject(of wanted: RetryRequest) -> String {
        if let ids = wanted.ids { return list(ids) }
        // The text of the reason was typed by somebody.
        return wanted.reason == nil ? "everything parked" : "what is parked for one reason"
    }

    static func outcome(of answer: ErasureResponse, remotely: Bool) -> String {
        let responses = counted(answer.erasure.responses.count, "response", "responses")
        let payloads = counted(answer.quarantined, "quarantined payload", "quarantined payloads")
        let left = answer.erasure.remote.count
        let records = counted(left, "record", "records")
        let remote =
            left == 0
            ? "" : remotely ? "; \(records) to be deleted at Planhat" : "; \(records) may still be at Planhat"
        return "\(responses) and \(payloads) erased\(remote)"
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
