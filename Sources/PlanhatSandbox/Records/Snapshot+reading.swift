import GRDB

extension Snapshot {
    init(of interest: Interest, in db: Database) throws {
        for record in try Self.records(db, "id", interest.ids) { recordsByID[record.id] = record }
        for record in try Self.records(db, "sourceId", interest.sourceIDs) { remember(record) }
        let endusers = try Enduser.filter(interest.emails.contains(Column("email"))).order(Column.rowID).fetchAll(db)
        self.endusers = Dictionary(grouping: endusers, by: \.email)
        for domain in interest.domains {
            companies[domain] = try String.fetchOne(
                db,
                sql: "SELECT cId FROM domains WHERE domain = ?",
                arguments: [domain]
            )
        }
    }

    /// At most 5,000 values come in one request, well below SQLite's limit of variables.
    private static func records(_ db: Database, _ column: String, _ values: Set<String>) throws -> [StoredRecord] {
        guard !values.isEmpty else { return [] }
        return try StoredRecord.filter(values.contains(Column(column))).order(Column.rowID).fetchAll(db)
    }
}
