import ArgumentParser
import NPSApp
import NPSModel

/// `queue retry`: parked responses are tried again.
struct QueueRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Put parked responses back into the queue."
    )

    @Argument(help: "Ids of parked responses.")
    var ids: [ResponseID] = []

    @Flag(help: "All that are parked.")
    var all = false

    func validate() throws {
        guard all != !ids.isEmpty else { throw ValidationError("Name ids, or give --all.") }
    }

    func run() async throws {
        let count = try await Administration.ask { client throws(AdminError) in
            try await client.retry(all ? nil : ids)
        }
        print(count == 1 ? "1 response is pending again." : "\(count) responses are pending again.")
    }
}
