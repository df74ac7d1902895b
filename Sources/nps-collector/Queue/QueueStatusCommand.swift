import ArgumentParser
import NPSApp
import NPSQueue

/// `queue status`: the books.
struct QueueStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Print the books: accepted = pending + sending + delivered + parked + erased."
    )

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let status = try await Administration.ask { client throws(AdminError) in try await client.status() }
        if json { return try Output.json(status) }
        var table = Table([Table.Column("state"), Table.Column("responses", .right)])
        table.add(["accepted", "\(status.accepted)"])
        table.add(["  pending", "\(status.pending)"])
        table.add(["  sending", "\(status.sending)"])
        table.add(["  delivered", "\(status.delivered)"])
        table.add(["  parked", "\(status.parked)"])
        table.add(["  erased", "\(status.erased)"])
        table.add(["quarantined", "\(status.quarantined)"])
        print(table.render(), terminator: "")
        if status.pending > 0 { print("The oldest has waited for \(status.oldestPendingSeconds) s.") }
        if status.parked > 0 { print("Why responses are parked: nps-collector queue list --parked") }
    }
}
