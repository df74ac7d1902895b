import Foundation
import GRDB
import NPSModel

/// A row for people, before its content is decoded by the caller's task.
struct ListedRow: Sendable {
    let sequence: Int64
    let id: String
    let state: String
    let source: String
    let payload: String?
    let revision: Int
    let attempts: Int
    let mustUpsert: Bool
    let acceptedAt: Milliseconds
    let nextAttemptAt: Milliseconds?
    let heldUntil: Milliseconds?
    let deliveredAt: Milliseconds?
    let planhatID: String?
    let reason: String?
    let receivedAt: Milliseconds
    let botFlag: Int
}

extension QueueTransaction {
    private static let listedColumns = """
        sequence, id, state, source, payload, revision, \
        (SELECT COALESCE(MAX(number), 0) FROM attempts WHERE response = sequence), \
        must_upsert, accepted_at, next_attempt_at, delivered_at, planhat_id, reason, held_until, \
        received_at, suspect
        """

    /// - Parameter person: the digest of whose they are; nil for everybody's.
    func list(_ filter: QueueFilter, of person: String?) throws -> [ListedRow] {
        var conditions: [(sql: String, value: any DatabaseValueConvertible)] = []
        if let person { conditions.append(("person = ?", person)) }
        if let state = filter.state { conditions.append(("state = ?", state.rawValue)) }
        conditions.append(("sequence > ?", filter.after ?? 0))
        let index = person == nil ? "" : "INDEXED BY responses_by_person"
        return try rows(
            """
            SELECT \(Self.listedColumns) FROM responses \(index)
            WHERE \(conditions.map(\.sql).joined(separator: " AND ")) ORDER BY sequence LIMIT ?
            """,
            StatementArguments(conditions.map(\.value) + [min(max(filter.limit, 0), QueueFilter.maximum)])
        ).map(Self.listed)
    }

    func show(_ id: ResponseID) throws -> (row: ListedRow, history: [Attempt])? {
        let row = try row("SELECT \(Self.listedColumns) FROM responses WHERE id = ?", [id.rawValue])
        guard let listed = row.map(Self.listed) else { return nil }
        let history = try rows(
            "SELECT at, outcome, reason FROM attempts WHERE response = ? ORDER BY number",
            [listed.sequence]
        )
        return (listed, try history.map(Self.attempt))
    }

    private static func listed(_ row: Row) -> ListedRow {
        ListedRow(
            sequence: row[0],
            id: row[1],
            state: row[2],
            source: row[3],
            payload: row[4],
            revision: row[5],
            attempts: row[6],
            mustUpsert: row[7],
            acceptedAt: row[8],
            nextAttemptAt: row[9],
            heldUntil: row[13],
            deliveredAt: row[10],
            planhatID: row[11],
            reason: row[12],
            receivedAt: row[14],
            botFlag: row[15]
        )
    }

    private static func attempt(_ row: Row) throws -> Attempt {
        guard let outcome = Attempt.Result(rawValue: row[1]) else {
            throw QueueError.damaged("an attempt has no known outcome")
        }
        return Attempt(at: (row[0] as Milliseconds).date, outcome: outcome, reason: row[2])
    }

    /// Costs the same for one row and for a million: counters, and the first entries of indexes. Only what is held is
    /// counted, and that is never for long.
    func status() throws -> QueueStatus {
        let waiting: Milliseconds? = try row(
            """
            SELECT MIN(received_at) FROM responses INDEXED BY responses_waiting
            WHERE state = 'pending' AND held_until IS NULL
            """
        )?[0]
        let held: Milliseconds? = try row(
            "SELECT MIN(held_until) FROM responses INDEXED BY responses_held WHERE held_until <= ?",
            [now]
        )?[0]
        let oldest = [waiting, held].compactMap(\.self).min()
        let books = state.books
        var status = QueueStatus(
            accepted: books.accepted,
            pending: books.pending,
            sending: books.sending,
            delivered: books.delivered,
            parked: books.parked,
            erased: books.erased,
            quarantined: books.quarantined,
            oldestPendingSeconds: oldest.map { Int(max(.zero, now - $0).components.seconds) } ?? 0
        )
        status.held =
            try row("SELECT COUNT(*) FROM responses INDEXED BY responses_held WHERE held_until > ?", [now])?[0] ?? 0
        return status
    }
}
