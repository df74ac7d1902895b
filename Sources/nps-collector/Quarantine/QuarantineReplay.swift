import ArgumentParser
import NPSApp
import NPSModel
import NPSQueue
import NPSServer

/// `quarantine replay`
struct QuarantineReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Map quarantined payloads again; what is valid now is accepted. Exits 1 when something stays.",
        discussion: """
            The running collector reads its source files again first, so a fixed mapping needs no restart. A batch \
            leaves quarantine when all of it is valid; what was accepted of it before is not accepted twice.
            """
    )

    @Argument(help: "Ids in \"quarantine list\".")
    var ids: [QuarantineID] = []

    @Flag(help: "All of them.")
    var all = false

    @Flag(help: "Only say what would happen; the collector keeps the source files that it has read.")
    var dryRun = false

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard all != !ids.isEmpty else { throw ValidationError("Name ids, or give --all.") }
    }

    func run() async throws {
        var outcomes: [ReplayOutcome] = []
        do {
            try await replay(into: &outcomes)
        } catch {
            // What was replayed before the error is reported, whatever became of the rest.
            if !outcomes.isEmpty { try show(outcomes) }
            throw error
        }
        try show(outcomes)
        let staying = outcomes.filter { !$0.isResolved }
        guard staying.isEmpty else {
            let names = staying.prefix(20).map(\.id.description).joined(separator: ", ")
            let more = staying.count > 20 ? ", …" : ""
            let verb = dryRun ? "Would not be accepted" : "Not accepted"
            throw Stop(.failure, "\(verb), \(staying.count) of \(outcomes.count): \(names)\(more)")
        }
    }

    private func replay(into outcomes: inout [ReplayOutcome]) async throws {
        guard all else { return try await replay(ids, into: &outcomes) { _ in } }
        var progress = ProgressBar(title: dryRun ? "Trying" : "Replaying", total: try await QuarantinePages.count())
        var pages = QuarantinePages()
        while let page = try await pages.next() {
            try await replay(page, into: &outcomes) { progress.advance(by: $0) }
        }
        progress.finish()
    }

    private func replay(
        _ ids: [QuarantineID],
        into outcomes: inout [ReplayOutcome],
        onProgress: (Int) -> Void
    ) async throws {
        var rest = ids[...]
        while !rest.isEmpty {
            let request = ReplayRequest(ids: Array(rest.prefix(1_000)), dryRun: dryRun, reload: outcomes.isEmpty)
            let part = try await Administration.ask { client throws(AdminError) in try await client.replay(request) }
            guard !part.isEmpty else { throw Stop(.failure, AdminError.unreadable.description) }
            outcomes += part
            rest = rest.dropFirst(part.count)
            onProgress(part.count)
        }
    }

    private func show(_ outcomes: [ReplayOutcome]) throws {
        if json { return try Output.json(outcomes) }
        if outcomes.isEmpty { return Output.text(QuarantineList.nothing) }
        Output.text(Self.table(of: outcomes, isDry: dryRun).render(), terminator: "")
    }

    static func table(of outcomes: [ReplayOutcome], isDry: Bool) -> Table {
        var table = Table([Table.Column("id", .right), Table.Column("outcome"), Table.Column("what")])
        for outcome in outcomes {
            let verb = isDry ? "would be " : ""
            switch outcome.result {
            case .accepted:
                table.add(["\(outcome.id)", verb + "accepted", responses(outcome)])
            case .ignored:
                table.add(["\(outcome.id)", verb + "ignored", "the mapping has no output for it"])
            case .invalid:
                let reasons = (outcome.errors ?? []).map(\.description).joined(separator: "; ")
                table.add(["\(outcome.id)", isDry ? "would stay" : "stays", reasons])
            // Whether there is such a payload at all isn't said by the outcome, only by its sentence.
            case .failed:
                table.add(["\(outcome.id)", isDry ? "would not be accepted" : "not accepted", outcome.problem ?? ""])
            }
        }
        return table
    }

    private static func responses(_ outcome: ReplayOutcome) -> String {
        let ids = outcome.responses ?? []
        guard let first = ids.first, ids.count > 1 else { return ids.first?.rawValue ?? "" }
        return "\(first.rawValue) and \(ids.count - 1) more"
    }
}
