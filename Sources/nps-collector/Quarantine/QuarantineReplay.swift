import ArgumentParser
import NPSApp
import NPSModel
import NPSQueue
import NPSServer

/// `quarantine replay`
struct QuarantineReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Map quarantined payloads again; what is valid now is accepted.",
        discussion:
            "The running collector maps with the source files that it read at its start: restart serve after mending one."
    )

    @Argument(help: "Ids in \"quarantine list\".")
    var ids: [QuarantineID] = []

    @Flag(help: "All of them.")
    var all = false

    @Flag(help: "Only say what would happen.")
    var dryRun = false

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard all != !ids.isEmpty else { throw ValidationError("Name ids, or give --all.") }
    }

    func run() async throws {
        let outcomes = try await Administration.ask { client throws(AdminError) in
            try await client.replay(all ? nil : ids, dryRun: dryRun)
        }
        if json { return try Output.json(outcomes) }
        var table = Table([Table.Column("id", .right), Table.Column("outcome")])
        for outcome in outcomes { table.add(["\(outcome.id.rawValue)", sentence(outcome)]) }
        print(table.render(), terminator: "")
    }

    private func sentence(_ outcome: ReplayOutcome) -> String {
        if let responses = outcome.responses {
            let ids = responses.map(\.rawValue).joined(separator: ", ")
            let verb = dryRun ? "would be" : "is"
            return responses.isEmpty ? "\(verb) ignored: the mapping has no output for it" : "\(verb) accepted: \(ids)"
        }
        if let problem = outcome.problem { return "stays: \(problem)" }
        return "stays: " + (outcome.errors ?? []).map(\.description).joined(separator: "; ")
    }
}
