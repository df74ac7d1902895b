extension PostgresRows {
    private static let columns = "number, at, actor, action, subject, outcome"
    private static let insertion = Query(
        """
        INSERT INTO audit (at, actor, action, subject, outcome)
        VALUES ($1::int8, $2::text, $3::text, $4::text, $5::text)
        """
    )

    func note(_ entry: StoredAuditEntry) throws {
        let parameters = PostgresParameters(entry.at, entry.actor, entry.action, entry.subject, entry.outcome)
        try connection.execute(Self.insertion, parameters)
    }

    private static let all = Query(
        "SELECT \(columns) FROM audit WHERE number < $1::int8 ORDER BY number DESC LIMIT $2::int8"
    )
    private static let ofAction = Query(
        """
        SELECT \(columns) FROM audit WHERE action = $3::text AND number < $1::int8 ORDER BY number DESC LIMIT $2::int8
        """
    )

    func audit(_ action: String?, before number: Int64, limit: Int) throws -> [StoredAuditEntry] {
        var parameters = PostgresParameters(number, limit)
        if let action { parameters.append(action) }
        return try connection.execute(action == nil ? Self.all : Self.ofAction, parameters).rows.map { row in
            StoredAuditEntry(
                number: try row.value(0),
                at: try row.value(1),
                actor: try row.value(2),
                action: try row.value(3),
                subject: try row.value(4),
                outcome: try row.value(5)
            )
        }
    }

    private static let removal = Query(
        """
        DELETE FROM audit WHERE number IN (
            SELECT number FROM audit WHERE at < $1::int8 AND number IS DISTINCT FROM (
                SELECT number FROM audit WHERE action = $3::text ORDER BY number DESC LIMIT 1
            )
            ORDER BY at LIMIT $2::int8 FOR UPDATE SKIP LOCKED
        )
        """
    )

    /// What another collector is removing is its affair.
    func removeAudit(before date: Milliseconds, sparingLast action: String?, limit: Int) throws -> Int {
        try connection.execute(Self.removal, PostgresParameters(date, limit, action)).written
    }

    private static let lastNumber = Query(
        "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM audit_number_seq"
    )
    private static let addition = Query(
        """
        INSERT INTO audit (\(columns))
        SELECT * FROM unnest($1::int8[], $2::int8[], $3::text[], $4::text[], $5::text[], $6::text[])
        """
    )
    // What was never used can't be set to 0.
    private static let skip = Query(
        "SELECT setval('audit_number_seq', GREATEST($1::int8, last_value)) FROM audit_number_seq WHERE $1::int8 > 0"
    )

    func lastAuditNumber() throws -> Int64 {
        try connection.execute(Self.lastNumber).first?.value(0) ?? 0
    }

    func add(_ entries: [StoredAuditEntry], through last: Int64) throws {
        for start in stride(from: 0, to: entries.count, by: Self.largestAdvance) {
            let part = entries[start..<min(start + Self.largestAdvance, entries.count)]
            let parameters = PostgresParameters(
                part.map(\.number),
                part.map(\.at),
                part.map(\.actor),
                part.map(\.action),
                part.map(\.subject),
                part.map(\.outcome)
            )
            try connection.execute(Self.addition, parameters)
        }
        try connection.execute(Self.skip, PostgresParameters(last))
    }
}
