import ArgumentParser
import NPSApp
import NPSModel
import NPSQueue
import NPSServer

/// `quarantine list`
struct QuarantineList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List what is in quarantine, and why: one line for each field that is wrong."
    )

    /// A batch may have a thousand wrong fields.
    private static let reasons = 5

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
        guard let last = entries.last else {
            return Output.text(after == nil ? Self.nothing : "No more payloads follow.")
        }
        Output.text(Self.table(of: entries).render(), terminator: "")
        let status = try await Administration.ask { client throws(AdminError) in try await client.status() }
        for sentence in status.quarantine?.sentences ?? [] { Output.text(sentence) }
        if entries.count == limit { Output.text("More may follow: --after \(last.id)") }
        Output.text(Self.nextSteps)
    }

    static let nothing = "Nothing is in quarantine."

    private static let nextSteps = """
        To look at a payload: nps-collector quarantine show ID --body
        To try all again, once the mapping or the tool is fixed: nps-collector quarantine replay --all --dry-run
        """

    static func table(of entries: [QuarantineEntry]) -> Table {
        var table = Table([
            Table.Column("id", .right), Table.Column("source"), Table.Column("first seen"),
            Table.Column("times", .right), Table.Column("field"), Table.Column("reason"),
        ])
        for entry in entries {
            var cells = [
                "\(entry.id)", entry.source, Timestamp.format(entry.receivedAt), "\(entry.timesSeen)",
            ]
            for problem in entry.faults.prefix(reasons) {
                table.add(cells + [problem.field, problem.message])
                cells = ["", "", "", ""]
            }
            let rest = entry.faults.count - reasons
            if rest > 0 { table.add(cells + ["", "and \(rest) more: quarantine show \(entry.id)"]) }
            for advice in entry.advice {
                table.add(cells + ["advice", advice])
                cells = ["", "", "", ""]
            }
            if entry.problems.isEmpty { table.add(cells) }
        }
        return table
    }
}
