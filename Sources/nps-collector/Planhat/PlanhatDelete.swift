import ArgumentParser
import PlanhatAPI

/// `planhat delete`
struct PlanhatDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete one record (DELETE /nps/ID)."
    )

    @Argument(help: "Planhat's id, or srcid- and the sourceId.")
    var id: RecordID

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let deletion = try await PlanhatCommand.ask { client throws(PlanhatError) in try await client.delete(id) }
        if json { try Output.json(deletion) }
        guard deletion.deletedCount != 0 else { throw Stop(.failure, "Planhat has no record with this id.") }
        if json { return }
        Output.text(
            deletion.deletedCount == nil ? "Planhat accepted the deletion without saying what it deleted" : "deleted"
        )
    }
}
