import Foundation

/// An ``AuditEntry`` as the tables have it. A later version may write actors and actions that this one doesn't know.
struct StoredAuditEntry: Sendable, Hashable {
    let number: Int64
    let at: Milliseconds
    let actor: String
    let action: String
    let subject: String
    let outcome: String
}

extension AuditEntry {
    /// Nil for what this version doesn't know.
    init?(_ stored: StoredAuditEntry) {
        guard let actor = Actor(rawValue: stored.actor), let action = Action(rawValue: stored.action) else {
            return nil
        }
        self.init(
            number: stored.number,
            at: stored.at.date,
            actor: actor,
            action: action,
            subject: stored.subject,
            outcome: stored.outcome
        )
    }
}
