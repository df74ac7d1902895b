import Foundation
import GRDB

/// The sandbox's records on disk, in a SQLite file of their own.
///
/// Every request is one transaction, committed before it is answered: what was answered survives a kill of the
/// process. (`synchronous` is NORMAL, so a power cut may lose the last ones, which is good enough for a sandbox.)
final class SandboxRecords: Sendable {
    private let database: DatabaseQueue
    private let companies: [Company]

    /// Opens or makes the file and adds the companies.
    init(path: String, companies: [Company]) throws(SandboxError) {
        self.companies = companies
        do {
            var configuration = GRDB.Configuration()
            configuration.journalMode = .wal
            configuration.busyMode = .timeout(5)
            configuration.label = "planhat-sandbox"
            database = try DatabaseQueue(path: path, configuration: configuration)
            try Self.migrator.migrate(database)
            try database.write { db in
                for company in companies { try company.save(to: db) }
            }
        } catch let error as DatabaseError {
            throw .database(error.message ?? "SQLite error \(error.resultCode.rawValue)")
        } catch {
            throw .database("\(type(of: error))")
        }
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("records, endusers and companies") { db in
            try db.execute(
                sql: """
                    CREATE TABLE records (
                        id TEXT NOT NULL PRIMARY KEY, email TEXT NOT NULL,
                        score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 10),
                        comment TEXT, sourceId TEXT, campaignId TEXT, cId TEXT, euId TEXT, source TEXT,
                        dateSent TEXT, dateAnswered TEXT, custom TEXT
                    );
                    CREATE INDEX records_sourceId ON records (sourceId) WHERE sourceId IS NOT NULL;
                    CREATE INDEX records_cId ON records (cId);
                    CREATE INDEX records_euId ON records (euId);
                    CREATE TABLE endusers (id TEXT NOT NULL PRIMARY KEY, email TEXT NOT NULL, cId TEXT NOT NULL);
                    CREATE INDEX endusers_email ON endusers (email);
                    CREATE TABLE companies (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL);
                    CREATE TABLE domains (domain TEXT NOT NULL PRIMARY KEY, cId TEXT NOT NULL);
                    """
            )
        }
        return migrator
    }

    /// Matches and writes in one transaction, so that no other request comes in between.
    func transact<Value: Sendable>(
        _ interest: Snapshot.Interest,
        _ decide: @escaping @Sendable (Snapshot) throws -> (Value, [RecordChange])
    ) async throws -> Value {
        try await database.write { db in
            let (value, changes) = try decide(Snapshot(of: interest, in: db))
            for change in changes { try change.apply(to: db) }
            return value
        }
    }

    func snapshot(_ interest: Snapshot.Interest) async throws -> Snapshot {
        try await database.read { db in try Snapshot(of: interest, in: db) }
    }

    func apply(_ changes: [RecordChange]) async throws {
        try await database.write { db in
            for change in changes { try change.apply(to: db) }
        }
    }

    private func read<Value: Sendable>(_ query: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await database.read(query)
    }

    /// How many records were deleted: 0 or 1.
    func delete(_ reference: RecordReference) async throws -> Int {
        try await database.write { db in
            guard let record = try Snapshot(of: .init(reference), in: db).record(reference) else { return 0 }
            return try record.delete(db) ? 1 : 0
        }
    }

    /// Deletes everything but the companies that the sandbox was started with.
    func reset() async throws {
        try await database.write { [companies] db in
            try db.execute(
                sql: "DELETE FROM records; DELETE FROM endusers; DELETE FROM domains; DELETE FROM companies"
            )
            for company in companies { try company.save(to: db) }
        }
    }

    func close() throws {
        try database.close()
    }
}

extension SandboxRecords {
    /// What `/sandbox/stats` tells.
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
