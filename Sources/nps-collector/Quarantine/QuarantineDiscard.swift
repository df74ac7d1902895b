import ArgumentParser
import NPSApp
import NPSQueue

/// `quarantine discard`
struct QuarantineDiscard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Delete quarantined payloads for good."
    )

    @Argument(help: "Ids in \"quarantine list\".")
    var ids: [QuarantineID]

    func run() async throws {
        let count = try await Administration.ask { client throws(AdminError) in try await client.discard(ids) }
        print(count == 1 ? "1 payload is discarded." : "\(count) payloads are discarded.")
    }
}
