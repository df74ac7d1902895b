import Foundation
import NPSModel

extension PostgresRows {
    private static let parked = Query(
        """
        SELECT \(ParkedResponse.Columns.selection) FROM responses
        WHERE state = \(ResponseState.parked.code) AND sequence > $1::int8 ORDER BY sequence LIMIT $2::int8
        """
    )

    func parked(after sequence: Int64, limit: Int) throws -> [ParkedResponse] {
        try connection.execute(Self.parked, PostgresParameters(sequence, limit)).rows.map { row in
            let values = row.named(ParkedResponse.Columns.self)
            let acceptedAt: Milliseconds = try values[.acceptedAt]
            return ParkedResponse(
                sequence: try values[.sequence],
                id: try values[.id],
                source: try values[.source],
                acceptedAt: acceptedAt.date,
                reason: try values[optional: .reason] ?? ""
            )
        }
    }
}
