import ArgumentParser
import PlanhatAPI

/// `planhat update`
struct PlanhatUpdate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Change fields of one record (PUT /nps/ID); what isn't named stays."
    )

    @Argument(help: "Planhat's id, or srcid- and the sourceId.")
    var id: RecordID

    @OptionGroup var record: RecordOptions

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard try record.draft() != RecordDraft() else { throw ValidationError("Name at least one field to change.") }
    }

    func run() async throws {
        let draft = try record.draft()
        let updated = try await PlanhatCommand.ask { client throws(PlanhatError) in try await client.update(id, draft) }
        try RecordOutput.print(updated, json: json)
    }
}
