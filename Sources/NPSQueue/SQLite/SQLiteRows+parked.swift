import Foundation
import NPSModel

extension SQLiteRows {
    private static let parked = Query(
        ParkedResponse.self,
        from: """
            queue INDEXED BY queue_parked WHERE state = \(ResponseState.parked.code) AND sequence > ?
            ORDER BY sequence LIMIT ?
            """
    )

    func parked(after sequence: Int64, limit: Int) throws -> [ParkedResponse] {
        // What an earlier version wrote is rewritten on the way, which takes longer.
        let limit = hasFormerRows ? min(limit, ResponseQueue.slice) : limit
        if hasFormerRows { try adopt(.state(.parked, after: sequence, through: .max, limit: limit)) }
        return try statements.fetchAll(ParkedResponse.self, Self.parked, sequence, limit)
    }
}

extension ParkedResponse: RowDecodable {
    enum Columns: Int, ColumnList {
        case sequence, id, source, acceptedAt, reason

        static let selection = allCases.selection
    }

    init(_ row: RowValues<Columns>) throws {
        let (acceptedAt, reason): (Milliseconds, String?) = (try row[.acceptedAt], try row[.reason])
        self.init(
            sequence: try row[.sequence],
            id: try row[.id],
            source: try row[.source],
            acceptedAt: acceptedAt.date,
            reason: reason ?? ""
        )
    }
}
