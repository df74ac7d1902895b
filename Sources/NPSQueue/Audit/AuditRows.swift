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

/// What a database offers to keep in what operators did, within one transaction.
protocol AuditRows {
    /// Gives the entry the next number, whatever its own is.
    func note(_ entry: StoredAuditEntry) throws
    /// The last first.
    ///
    /// - Parameter action: nil for all.
    func audit(_ action: String?, before number: Int64, limit: Int) throws -> [StoredAuditEntry]
    /// Removes the oldest of those from before `date`. Returns how many there were.
    func removeAudit(before date: Milliseconds, limit: Int) throws -> Int
    /// The highest number that an entry ever had.
    func lastAuditNumber() throws -> Int64
    /// Adds entries as they are, to none. No later one gets their numbers, nor any up to `last`.
    func add(_ entries: [StoredAuditEntry], through last: Int64) throws
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
