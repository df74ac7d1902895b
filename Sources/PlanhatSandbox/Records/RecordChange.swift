import GRDB

/// One row to write.
enum RecordChange: Sendable, Hashable {
    case addCompany(Company)
    case addEnduser(Enduser)
    case add(StoredRecord)
    case replace(StoredRecord)

    func apply(to db: Database) throws {
        switch self {
        case .addCompany(let company): try company.save(to: db)
        case .addEnduser(let enduser): try enduser.insert(db)
        case .add(let record): try record.insert(db)
        // A record that was deleted between match and write stays deleted.
        case .replace(let record): if try record.exists(db) { try record.update(db) }
        }
    }
}

extension Company {
    /// Adds the company or takes over its new name; a domain belongs to the company that named it last.
    func save(to db: Database) throws {
        try db.execute(
            sql: "INSERT INTO companies (id, name) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
            arguments: [id, name]
        )
        for domain in domains {
            try db.execute(
                sql: "INSERT OR REPLACE INTO domains (domain, cId) VALUES (?, ?)",
                arguments: [domain.lowercased(), id]
            )
        }
    }
}
