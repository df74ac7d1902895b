import Foundation

extension QuarantineShares {
    /// Reads an index only.
    init(reading statements: StatementCache) throws {
        let rows = try statements.fetchAll(SourceTotal.self, SourceTotal.Columns.rows)
        self.init(holdings: Dictionary(uniqueKeysWithValues: rows.map { ($0.source, $0.holding) }))
    }
}

/// What one source has in quarantine.
private struct SourceTotal: RowDecodable {
    enum Columns: Int, ColumnList {
        case source, entries, bytes

        static let selection = allCases.selection
        static let rows = Query(
            SourceTotal.self,
            from: "quarantine INDEXED BY quarantine_by_source GROUP BY source"
        )

        var expression: String {
            switch self {
            case .source: name
            case .entries: "COUNT(*)"
            case .bytes: "SUM(size)"
            }
        }
    }

    let source: String
    let holding: QuarantineShares.Holding

    init(_ row: RowValues<Columns>) throws {
        source = try row[.source]
        holding = QuarantineShares.Holding(entries: try row[.entries], bytes: try row[.bytes])
    }
}

extension MeasuredEntry: RowDecodable {
    enum Columns: Int, ColumnList {
        case id, source, receivedAt, size

        static let selection = allCases.selection
    }

    init(_ row: RowValues<Columns>) throws {
        id = QuarantineID(rawValue: try row[.id])
        source = try row[.source]
        receivedAt = try row[.receivedAt]
        size = try row[.size]
    }
}

extension QuarantinedBody: RowDecodable {
    enum Columns: Int, ColumnList {
        case id, body

        static let selection = allCases.selection
    }

    init(_ row: RowValues<Columns>) throws {
        id = QuarantineID(rawValue: try row[.id])
        body = try row[.body]
    }
}

extension StoredEntry: RowDecodable {
    enum Columns: Int, ColumnList {
        case id, source, deliveryId, contentType, receivedAt, lastSeenAt, timesSeen, problems, bodySize

        static let selection = allCases.selection

        var expression: String { self == .bodySize ? "length(body)" : name }
    }

    init(_ row: RowValues<Columns>) throws {
        id = try row[.id]
        source = try row[.source]
        deliveryID = try row[.deliveryId]
        contentType = try row[.contentType]
        receivedAt = try row[.receivedAt]
        lastSeenAt = try row[.lastSeenAt]
        timesSeen = try row[.timesSeen]
        problems = try row[.problems]
        bodySize = try row[.bodySize]
    }
}

extension IncomingQuarantine: RowEncodable {
    enum Columns: Int, ColumnList {
        case source, key, deliveryId, contentType, problems, size, body

        static let selection = allCases.selection
    }

    func value(of column: Columns) -> SQLiteValue {
        switch column {
        case .source: draft.source.sqliteValue
        case .key: key.sqliteValue
        case .deliveryId: draft.deliveryID.sqliteValue
        case .contentType: draft.contentType.sqliteValue
        case .problems: problems.sqliteValue
        case .size: size.sqliteValue
        case .body: .blob(Data(draft.body))
        }
    }
}
