import ArgumentParser
import Foundation
import NPSApp
import NPSModel
import NPSQueue

/// `quarantine show`
struct QuarantineShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show why one payload is in quarantine, and with --body the payload as it was received."
    )

    @Argument(help: "Its id in \"quarantine list\".")
    var id: QuarantineID

    @Flag(help: "Print JSON; the body is base64 in it.")
    var json = false

    @Flag(help: "Print only the body, byte for byte.")
    var body = false

    func run() async throws {
        let entry = try await Administration.ask { client throws(AdminError) in try await client.quarantineEntry(id) }
        if json { return try Output.json(entry) }
        if body { return Output.write(entry.body ?? Data()) }
        var table = Table(["field", "value"])
        table.add(["id", "\(entry.id)"])
        table.add(["source", entry.source])
        table.add(["first seen", Timestamp.format(entry.receivedAt)])
        table.add(["last seen", Timestamp.format(entry.lastSeenAt)])
        table.add(["times seen", "\(entry.timesSeen)"])
        if let delivery = entry.deliveryID { table.add(["delivery", delivery]) }
        if let type = entry.contentType { table.add(["content type", type]) }
        for problem in entry.faults { table.add(["problem", problem.description]) }
        for advice in entry.advice { table.add(["advice", advice]) }
        table.add(["body", "\(entry.bodySize) bytes: quarantine show \(entry.id) --body"])
        Output.text(table.render(), terminator: "")
    }
}
