import ArgumentParser
import NPSApp
import NPSModel
import NPSServer

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

    @Option(help: ArgumentHelp("All whose reason contains this text, in any case.", valueName: "text"))
    var reason: String?

    func validate() throws {
        guard [all, !ids.isEmpty, reason != nil].count(where: { $0 }) == 1, reason?.isEmpty != true else {
            throw ValidationError("Name ids, or give --reason TEXT, or --all.")
        }
    }

    func run() async throws {
        let request = RetryRequest(ids: ids.isEmpty ? nil : ids, reason: reason)
        let count = try await Administration.ask { client throws(AdminError) in try await client.retry(request) }
        Output.text(count == 1 ? "1 response is pending again." : "\(count) responses are pending again.")
        if let left = Self.left(count, of: request) { throw Stop(.failure, left) }
    }

    /// Why fewer were retried than asked for; nil when none is missing. With `--all` any number is right.
    static func left(_ count: Int, of request: RetryRequest) -> String? {
        if request.reason != nil, count == 0 { return "No parked response has a reason with these words." }
        guard let asked = request.ids.map({ Set($0).count }), asked > count else { return nil }
        let who = asked == 1 ? "It is" : "\(asked - count) of \(asked) are"
        return who + " not parked: see queue show."
    }
}
