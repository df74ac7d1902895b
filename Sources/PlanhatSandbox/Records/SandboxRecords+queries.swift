import GRDB

extension SandboxRecords {
    /// What the books say.
    struct Totals: Sendable, Hashable {
        let records: Int
        /// Records that belong to no enduser.
        let unlinked: Int
        let endusers: Int
        /// How many `sourceId`s have more than one record.
        let duplicates: Int
    }

    func totals() async throws -> Totals {
        try await read { db in
            func count(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: sql) ?? 0 }
            return Totals(
                records: try count("SELECT count(*) FROM records"),
                unlinked: try count("SELECT count(*) FROM records WHERE euId IS NULL"),
                endusers: try count("SELECT count(*) FROM endusers"),
                duplicates: try count(
                    """
                    SELECT count(*) FROM
                    (SELECT 1 FROM records WHERE sourceId IS NOT NULL GROUP BY sourceId HAVING count(*) > 1)
                    """
                )
            )
        }
    }

    /// The record; for an enduser's id, that person's latest.
    func find(_ reference: RecordReference) async throws -> StoredRecord? {
        try await read { db in
            if let record = try Snapshot(of: .init(reference), in: db).record(reference) { return record }
            guard case .id(let id) = reference else { return nil }
            return
                try StoredRecord
                .filter(Column("euId") == id)
                .order(Column("dateAnswered").desc, Column.rowID.desc)
                .fetchOne(db)
        }
    }

    func list(_ query: ListQuery, readID: Behaviour.ReadID) async throws -> [StoredRecord] {
        try await read { db in
            var request = StoredRecord.filter(Column("dateAnswered") >= query.answeredSince)
            if !query.companies.isEmpty { request = request.filter(query.companies.contains(Column("cId"))) }
            let direction = query.descending ? "DESC" : "ASC"
            let order = (query.sort.map { "\($0.expression(readID)) \(direction), " } ?? "") + "rowid"
            return try request.order(sql: order).limit(query.limit, offset: query.offset).fetchAll(db)
        }
    }
}
