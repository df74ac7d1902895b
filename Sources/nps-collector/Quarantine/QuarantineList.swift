import ArgumentParser
import NPSApp
import NPSModel
import NPSQueue

/// `quarantine list`
struct QuarantineList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List what is in quarantine, and why."
    )

    @Option(help: "How many, at most 1000.")
    var limit = 100

    @Option(help: "Only those after this id, for the next page.")
    var after: QuarantineID?

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        guard (1...1_000).contains(limit) else { throw ValidationError("--limit must be a number from 1 to 1000.") }
        let entries = try await Administration.ask { client throws(AdminError) in
            try await client.quarantine(limit: limit, after: after)
        }
        if json { return try Output.json(entries) }
        var table = Table([
            Table.Column("id", .right), Table.Column("source"), Table.Column("received"), Table.Column("problems"),
        ])
        for entry in entries {
            let problems = entry.problems.map(\.description).joined(separator: "; ")
            table.add(["\(entry.id.rawValue)", entry.source, Timestamp.format(entry.receivedAt), problems])
        }
        print(table.render(), terminator: "")
    }
}
