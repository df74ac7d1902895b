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
        print(RecordOutput.table(records), terminator: "")
    }
}
