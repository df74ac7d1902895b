import Foundation
import GRDB
import NPSModel

/// A draft, encoded by its own task before it reaches the dispatch queue.
struct IncomingQuarantine: Sendable {
    let draft: QuarantineDraft
    let key: String
    let problems: String

    init(_ draft: QuarantineDraft) throws(QueueError) {
        self.draft = draft
        key = draft.key
        do {
            problems = String(decoding: try JSONEncoder().encode(draft.problems), as: UTF8.self)
        } catch {
            // Two strings a problem: they always encode.
            throw .damaged("the problems of a delivery can't be written as JSON")
        }
    }

    /// What it takes of the byte limit. An empty delivery costs a row too.
    var size: Int { 256 + draft.body.count + problems.utf8.count }
}

extension QueueTransaction {
    /// Refuses before it writes anything when the new ones among the drafts don't fit.
    mutating func quarantine(_ drafts: [IncomingQuarantine], byteLimit: Int) throws -> [QuarantineID] {
        try drafts.map { try quarantine($0, byteLimit: byteLimit) }
    }

    /// A repetition gets the first one's id, also when the quarantine is full.
    private mutating func quarantine(_ incoming: IncomingQuarantine, byteLimit: Int) throws -> QuarantineID {
        let draft = incoming.draft
        if let known = try row(
            "SELECT id FROM quarantine WHERE source = ? AND key = ?",
            [draft.source, incoming.key]
        ) {
            return QuarantineID(rawValue: known[0])
        }
        guard incoming.size <= byteLimit - ledger.books.quarantinedBytes else { throw QueueError.quarantineFull }
        try execute(
            """
            INSERT INTO quarantine (source, key, delivery_id, content_type, received_at, problems, size, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                draft.source, incoming.key, draft.deliveryID, draft.contentType, now, incoming.problems,
                incoming.size, Data(draft.body),
            ]
        )
        ledger.books.quarantined += 1
        ledger.books.quarantinedBytes += incoming.size
        return QuarantineID(rawValue: database.lastInsertedRowID)
    }

    /// False for an unknown id.
    mutating func discard(_ id: QuarantineID) throws -> Bool {
        guard let row = try row("SELECT size FROM quarantine WHERE id = ?", [id.rawValue]) else { return false }
        try execute("DELETE FROM quarantine WHERE id = ?", [id.rawValue])
        ledger.books.quarantined -= 1
        ledger.books.quarantinedBytes -= row[0]
        leavesRemains = true
        return true
    }

    func quarantine(limit: Int, after: Int64?) throws -> [QuarantineEntry] {
        try rows(
            """
            SELECT id, source, delivery_id, content_type, received_at, problems, length(body), NULL
            FROM quarantine WHERE id > ? ORDER BY id LIMIT ?
            """,
            [after ?? 0, min(max(limit, 0), QueueFilter.maximum)]
        ).map(Self.entry)
    }

    func quarantineEntry(_ id: QuarantineID) throws -> QuarantineEntry? {
        try row(
            """
            SELECT id, source, delivery_id, content_type, received_at, problems, length(body), body
            FROM quarantine WHERE id = ?
            """,
            [id.rawValue]
        ).map(Self.entry)
    }

    private static func entry(_ row: Row) throws -> QuarantineEntry {
        let problems: String = row[5]
        return QuarantineEntry(
            id: QuarantineID(rawValue: row[0]),
            source: row[1],
            deliveryID: row[2],
            contentType: row[3],
            receivedAt: (row[4] as Milliseconds).date,
            problems: try JSONDecoder().decode([FieldProblem].self, from: Data(problems.utf8)),
            bodySize: row[6],
            body: row[7]
        )
    }
}
