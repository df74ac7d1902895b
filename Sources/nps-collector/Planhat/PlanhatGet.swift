import ArgumentParser
import PlanhatAPI

/// `planhat get`
struct PlanhatGet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Show one record (GET /nps/ID).")

    @Argument(help: "Planhat's id, or srcid- and the sourceId.")
    var id: RecordID

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let record = try await PlanhatCommand.ask { client throws(PlanhatError) in try await client.get(id) }
        try RecordOutput.print(record, json: json)
    }
}
