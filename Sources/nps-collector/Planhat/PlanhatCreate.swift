import ArgumentParser
import PlanhatAPI

/// `planhat create`
struct PlanhatCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Create one record (POST /nps).")

    @OptionGroup var record: RecordOptions

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard record.email != nil, record.score != nil else { throw ValidationError("--email and --score are needed.") }
        _ = try record.draft()
    }

    func run() async throws {
        let draft = try record.draft()
        let created = try await PlanhatCommand.ask { client throws(PlanhatError) in try await client.create(draft) }
        try RecordOutput.print(created, json: json)
    }
}
