import ArgumentParser
import NPSModel
import PlanhatAPI

/// `planhat list`
struct PlanhatList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List records (GET /nps).")

    @Option(help: "Only these companies: ids, comma separated.")
    var company: String?

    @Option(help: "How many, at most 10000 (100).")
    var limit: Int?

    @Option(help: "How many to skip.")
    var offset: Int?

    @Option(parsing: .unconditional, help: "Sort by this property; - in front = descending, as in -npsDate.")
    var sort: String?

    @Option(help: "Only these properties, comma separated.")
    var select: String?

    @Option(help: "Only what was answered in so many days back from now (360).")
    var npsExpiryDay: Int?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let limit, !(1...10_000).contains(limit) {
            throw ValidationError("--limit must be a number from 1 to 10000.")
        }
        if let offset, offset < 0 { throw ValidationError("--offset can't be negative.") }
        if let npsExpiryDay, npsExpiryDay < 0 { throw ValidationError("--nps-expiry-day can't be negative.") }
    }

    func run() async throws {
        var query = ListQuery()
        query.companyId = company
        query.limit = limit
        query.offset = offset
        query.sort = sort
        query.select = select
        query.npsExpiryDay = npsExpiryDay
        let asked = query
        let records = try await PlanhatCommand.ask { client throws(PlanhatError) in try await client.list(asked) }
        if json { return try Output.json(records.map(\.normalizedJSON)) }
        Output.text(RecordOutput.table(records), terminator: "")
    }
}

/// How records are printed: a table for people, or JSON.
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
        if json { try Output.json(record.normalizedJSON) } else { Output.text(table([record]), terminator: "") }
    }

    private static func shortened(_ comment: String) -> String {
        comment.count > 40 ? comment.prefix(39) + "…" : comment
    }
}
