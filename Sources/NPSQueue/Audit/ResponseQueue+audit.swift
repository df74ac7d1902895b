import Foundation

extension ResponseQueue {
    /// Keeps what an operator did.
    package func note(
        _ action: AuditEntry.Action,
        by actor: AuditEntry.Actor,
        subject: String,
        outcome: String
    ) async throws(QueueError) {}

    /// What operators did, the last first.
    ///
    /// - Parameters:
    ///   - action: only this; nil for all.
    ///   - before: the last number of the previous page; nil for the first page.
    package func audit(
        _ action: AuditEntry.Action? = nil,
        before: Int64? = nil,
        limit: Int
    ) async throws(QueueError) -> [AuditEntry] {
        []
    }
}
