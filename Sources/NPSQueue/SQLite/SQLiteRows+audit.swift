extension SQLiteRows {
    private static let insertion = Query(
        "INSERT INTO audit (at, actor, action, subject, outcome) VALUES (?, ?, ?, ?, ?)"
    )

    func note(_ entry: StoredAuditEntry) throws {
        try statements.execute(Self.insertion, entry.at, entry.actor, entry.action, entry.subject, entry.outcome)
    }

    private static let all = Query(
        StoredAuditEntry.self,
        from: "audit WHERE number < ? ORDER BY number DESC LIMIT ?"
    )
    private static let ofAction = Query(
        StoredAuditEntry.self,
        from: "audit INDEXED BY audit_by_action WHERE action = ? AND number < ? ORDER BY number DESC LIMIT ?"
    )

    func audit(_ action: String?, before number: Int64, limit: Int) throws -> [StoredAuditEntry] {
        guard let action else { return try statements.fetchAll(StoredAuditEntry.self, Self.all, number, limit) }
        return try statements.fetchAll(StoredAuditEntry.self, Self.ofAction, action, number, limit)
    }

    private static let removal = Query(
        """
        DELETE FROM audit WHERE number IN (
            SELECT number FROM audit INDEXED BY audit_by_age
            WHERE at < ? AND number IS NOT (
                SELECT number FROM audit INDEXED BY audit_by_action WHERE action = ? ORDER BY number DESC LIMIT 1
            )
            ORDER BY at LIMIT ?
        )
        """
    )

    func removeAudit(before date: Milliseconds, sparingLast action: String?, limit: Int) throws -> Int {
        try statements.execute(Self.removal, date, action, limit)
    }

    private static let lastNumber = Query("SELECT seq FROM sqlite_sequence WHERE name = 'audit'")
    private static let numberRemoval = Query("DELETE FROM sqlite_sequence WHERE name = 'audit'")
    private static let numbering = Query("INSERT INTO sqlite_sequence (name, seq) VALUES ('audit', ?)")
    private static let addition = Query(
        "INSERT INTO audit (number, at, actor, action, subject, outcome) VALUES (?, ?, ?, ?, ?, ?)"
    )

    func lastAuditNumber() throws -> Int64 {
        try statements.fetchValue(Self.lastNumber) ?? 0
    }

    func add(_ entries: [StoredAuditEntry], through last: Int64) throws {
        for entry in entries {
            try statements.execute(
                Self.addition,
                entry.number,
                entry.at,
                entry.actor,
                entry.action,
                entry.subject,
                entry.outcome
            )
        }
        let last = max(last, try lastAuditNumber())
        try statements.execute(Self.numberRemoval)
        try statements.execute(Self.numbering, last)
    }
}

extension StoredAuditEntry: RowDecodable {
    enum Columns: Int, ColumnList {
        case number, at, actor, action, subject, outcome

        static let selection = allCases.selection
    }

    init(_ row: RowValues<Columns>) throws {
        self.init(
            number: try row[.number],
            at: try row[.at],
            actor: try row[.actor],
            action: try row[.action],
            subject: try row[.subject],
            outcome: try row[.outcome]
        )
    }
}
