import ArgumentParser
import NPSApp
import NPSModel
import NPSQueue
import NPSServer

/// `queue retry`: parked responses are tried again.
struct QueueRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Put parked responses back into the queue.",
        discussion: """
            With --all or --reason it may take a while, and shows how far it is. When it is interrupted, what was put \
            back stays so; the same command does the rest.
            """
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
        var count = 0
        do {
            try await Self.retry(
                request,
                count: &count,
                parked: {
                    let status = try await Administration.ask { client throws(AdminError) in try await client.status() }
                    return status.books.parked
                },
                ask: { request in
                    try await Administration.ask { client throws(AdminError) in try await client.retry(request) }
                }
            )
        } catch {
            // What was retried before the error stays retried.
            if count > 0 { Output.text(Self.summary(count)) }
            throw error
        }
        Output.text(Self.summary(count))
        if count == 0, let id = ids.first, Set(ids).count == 1 { throw Stop(.failure, await Self.problem(with: id)) }
        if let left = Self.left(count, of: request) { throw Stop(.failure, left) }
    }

    /// Asks until everything is done, with a progress bar when one request isn't enough.
    ///
    /// - Parameters:
    ///   - count: how many are pending again, also when it throws.
    ///   - parked: how many responses are parked now.
    static func retry(
        _ request: RetryRequest,
        count: inout Int,
        parked: () async throws -> Int,
        ask: (RetryRequest) async throws -> RetryProgress
    ) async throws {
        var part = try await ask(request)
        count += part.count
        guard part.next != nil else { return }
        let waiting = try await parked()
        // Those with other reasons were looked at, and are still parked.
        var progress = ProgressBar(title: "Retrying", total: waiting + part.count)
        progress.advance(by: part.examined)
        while let next = part.next {
            part = try await ask(RetryRequest(reason: request.reason, after: next))
            count += part.count
            progress.advance(by: part.examined)
        }
        progress.finish()
    }

    private static func summary(_ count: Int) -> String {
        count == 1 ? "1 response is pending again." : "\(count) responses are pending again."
    }

    /// Why fewer were retried than asked for; nil when none is missing. With `--all` any number is right.
    static func left(_ count: Int, of request: RetryRequest) -> String? {
        if request.reason != nil, count == 0 { return "No parked response has a reason with these words." }
        guard let asked = request.ids.map({ Set($0).count }), asked > count else { return nil }
        let left = asked - count
        return "\(left) of \(asked) \(left == 1 ? "is" : "are") not parked, or unknown: see queue show."
    }

    /// Why the one response that was named is not pending again.
    private static func problem(with id: ResponseID) async -> String {
        let settings: Settings
        do { settings = try await CommandLineSettings.load() } catch { return problem(with: .success(nil)) }
        do throws(AdminError) {
            return problem(with: .success(try await AdminClient(settings: settings).response(id).state))
        } catch {
            return problem(with: .failure(error))
        }
    }

    /// - Parameter state: what the collector says of it; nil when it wasn't asked.
    static func problem(with state: Result<ResponseState?, AdminError>) -> String {
        switch state {
        case .failure(.refused(status: 404, detail: _)): "There is no response with this id."
        case .success(let state?): "It is not parked, but \(state.rawValue)."
        case .failure, .success(nil): "It is not parked: see queue show."
        }
    }
}
