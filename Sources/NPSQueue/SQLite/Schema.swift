import Foundation
import GRDB
import NPSModel

/// The tables, as a list of migrations.
enum Schema {
    /// One migration.
    private struct Step {
        let name: String
        var foreignKeyChecks = DatabaseMigrator.ForeignKeyChecks.deferred
        let run: @Sendable (Database) throws -> Void

        init(_ name: String, _ statements: String...) {
            self.name = name
            run = { database in for sql in statements { try database.execute(sql: sql) } }
        }

        init(_ name: String, run: @escaping @Sendable (Database) throws -> Void) {
            self.name = name
            self.run = run
        }

        /// The same, without a look at every row of the file.
        var withoutChecks: Step {
            var step = self
            step.foreignKeyChecks = .immediate
            return step
        }
    }

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for step in firstSteps + laterSteps.map(\.withoutChecks) {
            migrator.registerMigration(step.name, foreignKeyChecks: step.foreignKeyChecks, migrate: step.run)
        }
        return migrator
    }

    /// Those of the first versions.
    private static let firstSteps = [
        Step(
            "responses and quarantine",
            FormerTables.responses,
            FormerTables.attempts,
            quarantine,
            books
        ),
        // The content's version, as the survey tool states it; existing rows have none.
        Step("versions", "ALTER TABLE responses ADD COLUMN version INTEGER"),
        Step("quarantine: repetitions and age", quarantineRepetitions),
        // To compare Planhat's record with later; existing rows have none.
        Step("receipts: digest of the content", "ALTER TABLE responses ADD COLUMN content_digest TEXT"),
        Step("persons, erasure and age", run: addPersons),
        Step("quarantine: erased", quarantineErased),
        Step("responses: held", FormerTables.held),
        Step("contents that were replaced", FormerTables.superseded),
        // A `BotFlag`. For what was sent already it is unknown.
        Step(
            "responses: suspect",
            "ALTER TABLE responses ADD COLUMN suspect INTEGER NOT NULL DEFAULT 0",
            "UPDATE responses SET suspect = 1 WHERE held_until IS NOT NULL"
        ),
        // The labels that took the place of a source's name in all rows; see `ResponseQueue.relabel`.
        Step("sources: labels", "CREATE TABLE source_labels (label TEXT PRIMARY KEY) STRICT, WITHOUT ROWID"),
        Step("responses: notes", FormerTables.notes),
        Step("clock", clock),
        // What existing rows have in `version` is one of the two.
        Step(
            "versions of two kinds",
            "ALTER TABLE responses ADD COLUMN updated_at INTEGER",
            "ALTER TABLE responses ADD COLUMN answered_at INTEGER"
        ),
        Step("keyed digests", FormerTables.keying),
        Step("responses: waiting", FormerTables.waiting),
        Step("interruption in slices", "ALTER TABLE books ADD COLUMN interrupted_until INTEGER"),
        // For the sums by source, which are read at each start, without the bodies.
        Step("quarantine: by source", "CREATE INDEX quarantine_by_source ON quarantine (source, size)"),
        Step("erasures that Planhat never confirmed", FormerTables.unconfirmed),
        Step("retention of parked responses", parkedRetention),
    ]

    /// Those since then. Never change one that was released: append another. Foreign keys are not checked any more, which would
    /// read all rows.
    private static let laterSteps = [
        Step("hot and cold", run: addHotAndCold),
        Step("queue: indexes of the rarer states", rarerStates),
        Step("moving", moving),
        Step("epoch", epoch),
        Step("alerts", alerts),
        Step("statistics", statistics),
    ]

    @Sendable private static func addPersons(to database: Database) throws {
        try database.execute(sql: FormerTables.personsAndAge)
        let key = PersonKey.random()
        try database.execute(sql: "INSERT INTO person_key (id, key) VALUES (1, ?)", arguments: [key])
        try FormerTables.addPersons(of: database, by: PersonKey(key))
    }

    /// Rows that exist already stay where they are; `SQLiteRows.upgrade` brings them over by and by, while the collector
    /// accepts and delivers.
    @Sendable private static func addHotAndCold(to database: Database) throws {
        try database.execute(sql: hot)
        try database.execute(sql: cold)
        try database.execute(sql: keptFromKeying)
        guard try Int.fetchOne(database, sql: "SELECT 1 FROM responses LIMIT 1") == nil else { return }
        try database.execute(sql: "DROP TABLE response_notes; DROP TABLE attempts; DROP TABLE responses;")
    }
}
