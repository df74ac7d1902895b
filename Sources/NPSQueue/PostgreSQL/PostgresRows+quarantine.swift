import Foundation
import NPSModel

extension PostgresRows {
    private static let isErased = Query(
        "SELECT 1 FROM quarantine_erased WHERE source = $1::text AND tombstone = $2::text"
    )
    private static let repetition = Query(
        """
        UPDATE quarantine SET times_seen = times_seen + 1, last_seen_at = $3::int8
        WHERE source = $1::text AND tombstone = $2::text RETURNING id
        """
    )
    private static let insertion = Query(
        """
        INSERT INTO quarantine
            (source, tombstone, received_at, last_seen_at, delivery_id, content_type, problems, size, body)
        SELECT $1::text, $2::text, $3::int8, $3::int8, $4::text, $5::text, $6::text, $7::int8, $8::bytea
        WHERE NOT EXISTS (SELECT 1 FROM quarantine_erased WHERE source = $1::text AND tombstone = $2::text)
        ON CONFLICT (source, tombstone) DO NOTHING RETURNING id
        """
    )

    func isErased(_ payload: IncomingQuarantine) throws -> Bool {
        try connection.execute(Self.isErased, PostgresParameters(payload.draft.source, payload.tombstone)).count > 0
    }

    func countRepetition(of payload: IncomingQuarantine, at date: Milliseconds) throws -> QuarantineID? {
        let parameters = PostgresParameters(payload.draft.source, payload.tombstone, date)
        guard let row = try connection.execute(Self.repetition, parameters).first else { return nil }
        return QuarantineID(rawValue: try row.value(0))
    }

    func insert(_ payload: IncomingQuarantine, at date: Milliseconds) throws -> QuarantineID {
        let draft = payload.draft
        func seal(_ text: String?, _ column: String) throws(QueueError) -> String? {
            try text.map { text throws(QueueError) in
                try keys.seal(text, at: .quarantine(column, of: payload.tombstone))
            }
        }
        let parameters = PostgresParameters(
            draft.source,
            payload.tombstone,
            date,
            try seal(draft.deliveryID, "delivery_id"),
            try seal(draft.contentType, "content_type"),
            payload.problems,
            payload.size,
            try keys.seal(Data(draft.body), at: .quarantine("body", of: payload.tombstone))
        )
        guard let row = try connection.execute(Self.insertion, parameters).first else {
            // What was asked before may have waited for that: words that were erased must not come back.
            throw PostgresError.again("another collector has just quarantined or erased the same payload")
        }
        return QuarantineID(rawValue: try row.value(0))
    }

    private static let measured = "SELECT id, source, received_at, size FROM quarantine"
    private static let entries = Query("\(measured) WHERE id = ANY($1::int8[]) ORDER BY id FOR UPDATE")
    private static let entriesBefore = Query(
        "\(measured) WHERE received_at < $1::int8 ORDER BY received_at LIMIT $2::int8 FOR UPDATE"
    )
    private static let deletion = Query("DELETE FROM quarantine WHERE id = ANY($1::int8[])")

    func measure(_ ids: [QuarantineID]) throws -> [MeasuredEntry] {
        guard !ids.isEmpty else { return [] }
        return try connection.execute(Self.entries, PostgresParameters(ids.map(\.rawValue))).rows.map(Self.entry)
    }

    func measure(before date: Milliseconds, limit: Int, byteLimit: Int) throws -> [MeasuredEntry] {
        let found = try connection.execute(Self.entriesBefore, PostgresParameters(date, limit)).rows.map(Self.entry)
        var bytes = 0
        let last = found.firstIndex { entry in
            bytes += entry.size
            return bytes >= byteLimit
        }
        return Array(found.prefix(through: last ?? found.endIndex - 1))
    }

    private static func entry(_ row: PostgresRow) throws(QueueError) -> MeasuredEntry {
        MeasuredEntry(
            id: QuarantineID(rawValue: try row.value(0)),
            source: try row.value(1),
            receivedAt: try row.value(2),
            size: try row.value(3)
        )
    }

    func remove(_ entries: [MeasuredEntry]) throws {
        try connection.execute(Self.deletion, PostgresParameters(entries.map(\.id.rawValue)))
    }

    private static let burial = Query(
        """
        INSERT INTO quarantine_erased (source, tombstone, at)
        SELECT source, tombstone, $2::int8 FROM quarantine WHERE id = $1::int8 ON CONFLICT DO NOTHING
        """
    )
    private static let forgetting = Query("DELETE FROM quarantine_erased WHERE at < $1::int8")

    func bury(_ id: QuarantineID, at date: Milliseconds, tombstone: (_ key: String) -> String) throws {
        // The tombstone is what the row has in the place of the key.
        try connection.execute(Self.burial, PostgresParameters(id.rawValue, date))
    }

    func forgetBuried(before date: Milliseconds) throws {
        try connection.execute(Self.forgetting, PostgresParameters(date))
    }

    /// Rows of a page, which ends with the row that reaches the limit: what is beyond it isn't sent.
    private static func page(_ columns: String, size: String) -> Query {
        Query(
            """
            SELECT \(columns) FROM (
                SELECT *, SUM(size_in_page) OVER (ORDER BY id) - size_in_page AS before FROM (
                    SELECT *, octet_length(\(size)) AS size_in_page FROM quarantine
                    WHERE id > $1::int8 ORDER BY id LIMIT $2::int8
                ) AS next
            ) AS page WHERE before < $3::int8 ORDER BY id
            """
        )
    }

    /// The size that the body has by itself, as `IncomingQuarantine.size` has it.
    private static let stored = """
        id, source, tombstone, delivery_id, content_type, received_at, last_seen_at, times_seen, problems,
            size - \(IncomingQuarantine.rowSize) - octet_length(problems)
        """
    private static let bodies = page("id, tombstone, body", size: "body")
    private static let listing = page(stored, size: "problems")
    private static let wholeEntry = Query("SELECT \(stored), body FROM quarantine WHERE id = $1::int8")

    func bodies(after id: Int64, limit: Int, byteLimit: Int) throws -> [QuarantinedBody] {
        try connection.execute(Self.bodies, PostgresParameters(id, limit, byteLimit)).rows.map { row in
            let stored: Data = try row.value(2)
            return QuarantinedBody(
                id: QuarantineID(rawValue: try row.value(0)),
                body: try open(stored, at: .quarantine("body", of: try row.value(1))),
                isUnopened: !keys.isEmpty && SealedValue(stored).map { keys[$0.kid] == nil } == true
            )
        }
    }

    func quarantine(after id: Int64, limit: Int, byteLimit: Int) throws -> [StoredEntry] {
        try connection.execute(Self.listing, PostgresParameters(id, limit, byteLimit)).rows.map(storedEntry)
    }

    func quarantineEntry(_ id: QuarantineID) throws -> (row: StoredEntry, body: Data?)? {
        guard let row = try connection.execute(Self.wholeEntry, PostgresParameters(id.rawValue)).first else {
            return nil
        }
        let place = SealedPlace.quarantine("body", of: try row.value(2))
        return (try storedEntry(row), try open(row.value(10), at: place))
    }

    private func storedEntry(_ row: PostgresRow) throws -> StoredEntry {
        let tombstone: String = try row.value(2)
        func opened(_ index: Int, _ column: String) throws -> String? {
            let text: String? = try row.optional(index)
            return try text.map { try open($0, at: .quarantine(column, of: tombstone)) }
        }
        return StoredEntry(
            id: try row.value(0),
            source: try row.value(1),
            deliveryID: try opened(3, "delivery_id"),
            contentType: try opened(4, "content_type"),
            receivedAt: try row.value(5),
            lastSeenAt: try row.value(6),
            timesSeen: try row.value(7),
            problems: try row.value(8),
            bodySize: try row.value(9)
        )
    }
}
