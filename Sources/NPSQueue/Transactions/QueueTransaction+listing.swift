import Foundation
import GRDB
import NPSModel

/// A row for operators. Its content is still text: the caller's task decodes it, not the queue's thread.
struct ListedRow: RowDecodable, Sendable {
    enum Columns: Int, ColumnList {
        case sequence, id, state, source, payload, revision, attempts, mustUpsert, acceptedAt, receivedAt
        case nextAttemptAt, heldUntil, deliveredAt, planhatId, reason
        /// The bot flag.
        case suspect

        static let selection = allCases.selection

        var expression: String {
            switch self {
            // All attempts ever made; the column counts those since the last edit that were the response's own fault.
            case .attempts: "(SELECT COALESCE(MAX(number), 0) FROM attempts WHERE response = sequence)"
            default: name
            }
        }
    }

    let sequence: Int64
    let id: String
    let state: String
    let source: String
    let payload: String?
    let revision: Int
    let attempts: Int
    let mustUpsert: Bool
    let acceptedAt: Milliseconds
    let receivedAt: Milliseconds
    let nextAttemptAt: Milliseconds?
    let heldUntil: Milliseconds?
    let deliveredAt: Milliseconds?
    let planhatID: String?
    let reason: String?
    let botFlag: Int

    /// About how much memory it takes, in bytes.
    var size: Int { 512 + (payload?.utf8.count ?? 0) }

    init(_ row: RowValues<Columns>) throws {
        sequence = try row[.sequence]
        id = try row[.id]
        state = try row[.state]
        source = try row[.source]
        payload = try row[.payload]
        revision = try row[.revision]
        attempts = try row[.attempts]
        mustUpsert = try row[.mustUpsert]
        acceptedAt = try row[.acceptedAt]
        receivedAt = try row[.receivedAt]
        nextAttemptAt = try row[.nextAttemptAt]
        heldUntil = try row[.heldUntil]
        deliveredAt = try row[.deliveredAt]
        planhatID = try row[.planhatId]
        reason = try row[.reason]
        botFlag = try row[.suspect]
    }
}

extension QueueTransaction {
    /// The next rows in the order of acceptance, and no more once they have `byteLimit` together.
    ///
    /// Looks at `filter.limit` rows at most, whatever they are: a person's are read by the index on persons, so those in
    /// other states are left out here.
    ///
    /// - Parameter person: the digest of whose they are; nil for everybody's.
    /// - Returns: the rows, and the last that was looked at; nil when there are no more.
    func list(
        _ filter: QueueFilter,
        of person: String?,
        byteLimit: Int
    ) throws -> (rows: [ListedRow], last: Int64?) {
        var conditions: [(sql: String, value: any DatabaseValueConvertible)] = []
        if let person {
            conditions.append(("person = ?", person))
        } else if let state = filter.state {
            conditions.append(("state = ?", state.rawValue))
        }
        conditions.append(("sequence > ?", filter.after ?? 0))
        let index = person == nil ? "" : "INDEXED BY responses_by_person"
        var bytes = 0
        let rows = try database.fetchAll(
            ListedRow.self,
            from: """
                responses \(index)
                WHERE \(conditions.map(\.sql).joined(separator: " AND ")) ORDER BY sequence LIMIT ?
                """,
            StatementArguments(conditions.map(\.value) + [filter.limit]),
            until: { row in
                bytes += row.size
                return bytes >= byteLimit
            }
        )
        let wanted = filter.state.map { state in rows.filter { $0.state == state.rawValue } } ?? rows
        return (wanted, rows.last?.sequence)
    }

    /// With its history, oldest first; nil for an unknown id.
    func show(_ id: ResponseID) throws -> (row: ListedRow, history: [Attempt], notes: String?)? {
        guard let row = try database.fetchOne(ListedRow.self, from: "responses WHERE id = ?", [id.rawValue]) else {
            return nil
        }
        let history = try database.fetchAll(
            Attempt.self,
            from: "attempts WHERE response = ? ORDER BY number",
            [row.sequence]
        )
        return (row, history, try notes(of: row.sequence))
    }

    /// Of delivered responses, the last accepted first.
    func receipts(before sequence: Int64, limit: Int) throws -> [Receipt] {
        try database.fetchAll(
            Receipt.self,
            from: """
                responses INDEXED BY responses_by_state
                WHERE state = 'delivered' AND sequence < ? ORDER BY sequence DESC LIMIT ?
                """,
            [sequence, limit]
        )
    }

    /// Costs the same for one row and for a million, since it reads counters and the first entries of indexes. Only
    /// held responses are counted one by one, and they are few: none is held for long.
    func status() throws -> QueueStatus {
        let waiting: Milliseconds? = try database.fetchValue(
            """
            SELECT MIN(waiting_from) FROM responses INDEXED BY responses_waiting
            WHERE state = 'pending' AND held_until IS NULL
            """
        )
        let held: Milliseconds? = try database.fetchValue(
            "SELECT MIN(held_until) FROM responses INDEXED BY responses_held WHERE held_until <= ?",
            [now]
        )
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
            try database.fetchValue(
                "SELECT COUNT(*) FROM responses INDEXED BY responses_held WHERE held_until > ?",
                [now]
            ) ?? 0
        status.unconfirmed = books.unconfirmed
        status.parkedExpiry = try parkedExpiry()
        status.clockProblem = state.time.problem(at: now)
        return status
    }
}

extension Receipt: RowDecodable {
    enum Columns: Int, ColumnList {
        case sequence, id, deliveredAt, planhatId, contentDigest

        static let selection = allCases.selection
    }

    init(_ row: RowValues<Columns>) throws {
        guard let id = ResponseID(rawValue: try row[.id]) else { throw QueueError.damaged("a row has no valid id") }
        let deliveredAt: Milliseconds = try row[.deliveredAt]
        let contentDigest: String? = try row[.contentDigest]
        self.init(
            sequence: try row[.sequence],
            id: id,
            deliveredAt: deliveredAt.date,
            planhatId: try row[.planhatId],
            isComparable: contentDigest != nil
        )
    }
}
