import GRDB
import NPSModel

/// What a write needs to know, read at one moment: the records it may match and the people it may belong to.
struct Snapshot: Sendable {
    /// What to read.
    struct Interest: Sendable {
        var ids: Set<String> = []
        var sourceIDs: Set<String> = []
        var emails: Set<String> = []
        var domains: Set<String> = []
    }

    var recordsByID: [String: StoredRecord] = [:]
    /// The oldest where several have the same `sourceId`.
    var recordsBySource: [String: StoredRecord] = [:]
    /// By address in lower case, oldest first; one address may belong to several companies.
    var endusers: [String: [Enduser]] = [:]
    /// Company ids by domain.
    var companies: [String: String] = [:]

    func record(_ reference: RecordReference) -> StoredRecord? {
        switch reference {
        case .id(let id): recordsByID[id]
        case .source(let source): recordsBySource[source]
        }
    }

    mutating func remember(_ record: StoredRecord) {
        recordsByID[record.id] = record
        guard let source = record.sourceId else { return }
        if let known = recordsBySource[source], known.id != record.id { return }
        recordsBySource[source] = record
    }
}

extension Snapshot.Interest {
    init(_ reference: RecordReference) {
        switch reference {
        case .id(let id): ids = [id]
        case .source(let source): sourceIDs = [source]
        }
    }

    mutating func include(_ patch: RecordPatch) {
        if let email = patch.email {
            emails.insert(email.address.lowercased())
            domains.insert(email.asciiDomain)
        }
        if let source = patch.value(\.sourceId) { sourceIDs.insert(source) }
    }
}

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
