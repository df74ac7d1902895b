import NPSModel
import PlanhatAPI

/// Records for people: what every operation answers, in one look.
enum RecordOutput {
    static func table(_ records: [NPSRecord]) -> String {
        var table = Table([
            Table.Column("id"), Table.Column("email"), Table.Column("score", .right), Table.Column("comment"),
            Table.Column("source"), Table.Column("sourceId"), Table.Column("answered"), Table.Column("sent"),
        ])
        for record in records {
            table.add([
                record.recordId ?? "", record.email ?? "", record.score.map(String.init) ?? "",
                shortened(record.comment ?? ""), record.source ?? "", record.sourceId ?? "",
                record.dateAnswered.map(Timestamp.format) ?? "", record.dateSent.map(Timestamp.format) ?? "",
            ])
        }
        return table.render()
    }

    static func print(_ record: NPSRecord, json: Bool) throws {
        if json { try Output.json(record.normalizedJSON) } else { Swift.print(table([record]), terminator: "") }
    }

    private static func shortened(_ comment: String) -> String {
        comment.count > 40 ? comment.prefix(39) + "…" : comment
    }
}
