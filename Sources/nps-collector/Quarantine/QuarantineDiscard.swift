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
    var ids: [QuarantineID] = []

    @Flag(help: "All of them; needs --yes.")
    var all = false

    @Flag(help: "Don't ask. Needed where there is no terminal to ask on, and with --all.")
    var yes = false

    func validate() throws {
        guard all != !ids.isEmpty else { throw ValidationError("Name ids, or give --all.") }
        guard !all || yes else { throw ValidationError("--all deletes every payload for good: give --yes as well.") }
    }

    func run() async throws {
        if !yes {
            let what = Set(ids).count == 1 ? "This deletes the payload" : "This deletes the \(Set(ids).count) payloads"
            try Confirmation.ask(what + " for good", "Discarding", otherwise: "Nothing was discarded.")
        }
        let count = all ? try await discardAll() : try await discard(ids)
        Output.text(count == 1 ? "1 payload is discarded." : "\(count) payloads are discarded.")
        let unknown = Set(ids).count - count
        if !all, unknown > 0 { throw Stop(.failure, Self.problem(unknown: unknown, of: Set(ids).count)) }
    }

    static func problem(unknown: Int, of asked: Int) -> String {
        if asked == 1 { return "There is no payload with this id in quarantine." }
        return "\(unknown) of the \(asked) ids \(unknown == 1 ? "is" : "are") not in quarantine."
    }

    private func discard(_ ids: [QuarantineID]) async throws -> Int {
        try await Administration.ask { client throws(AdminError) in try await client.discard(ids) }
    }

    private func discardAll() async throws -> Int {
        var progress = ProgressBar(title: "Discarding", total: try await QuarantinePages.count())
        var pages = QuarantinePages()
        var count = 0
        while let ids = try await pages.next() {
            count += try await discard(ids)
            progress.advance(by: ids.count)
        }
        progress.finish()
        return count
    }
}
