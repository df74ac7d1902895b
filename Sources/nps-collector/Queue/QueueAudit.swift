import ArgumentParser
import NPSApp
import NPSModel
import NPSQueue

/// `queue audit`: what operators did to what is stored.
struct QueueAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "List what operators did, the last first: retries, replays, discards, erasures and backups.",
        discussion: """
            An entry says when, what, to what and with which outcome, and whether it was done by a page, by a verb or by another \
            program that has the token (page, verb, token). It has no name and no address: who holds the token isn't known. \
            Entries are kept as long as receipts.
            """
    )

    @Option(help: "Only this: retry, replay, discard, erase or backup.")
    var action: AuditEntry.Action?

    @Option(help: "How many, at most 1000.")
    var limit = 100

    @Option(help: "Only those before this number, for the next page.")
    var before: Int64?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (1...1_000).contains(limit) else { throw ValidationError("--limit must be a number from 1 to 1000.") }
    }

    func run() async throws {
        let entries = try await Administration.ask { client throws(AdminError) in
            try await client.audit(action, before: before, limit: limit)
        }
        if json { return try Output.json(entries) }
        if entries.isEmpty { return Output.text(Self.nothing(action: action, isPage: before != nil)) }
        Output.text(Self.table(entries), terminator: "")
        if entries.count == limit, let last = entries.last { Output.text("More may follow: --before \(last.number)") }
    }

    static func table(_ entries: [AuditEntry]) -> String {
        var table = Table([
            Table.Column("#", .right), Table.Column("at"), Table.Column("by"), Table.Column("action"),
            Table.Column("subject"), Table.Column("outcome"),
        ])
        for entry in entries {
            table.add([
                "\(entry.number)", Timestamp.format(entry.at), entry.actor.rawValue, entry.action.rawValue,
                entry.subject, entry.outcome,
            ])
        }
        return table.render()
    }

    /// Why the table isn't printed.
    static func nothing(action: AuditEntry.Action?, isPage: Bool) -> String {
        if isPage { return "No more entries follow." }
        return action.map { "No \($0.rawValue) is in the audit log." } ?? "The audit log is empty."
    }
}

extension AuditEntry.Action: ExpressibleByArgument {}
