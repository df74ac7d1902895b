import ArgumentParser
import PlanhatAPI

/// `planhat upsert`
struct PlanhatUpsert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upsert",
        abstract: "Create or update many records from a JSON, JSON Lines or CSV file (PUT /nps).",
        discussion: """
            CSV needs a header row with the names of the API's fields: email, score, sourceId, comment, cId, campaignId, \
            dateAnswered, dateSent, source. Rows without a sourceId create a new record each time they are sent.
            """
    )

    @Argument(help: "The file; its ending tells the format: .json, .jsonl or .csv.")
    var file: String

    @Option(help: "Records in one request, at most 5000.")
    var chunk = 1_000

    @Flag(help: "Print the counts as JSON.")
    var json = false

    func validate() throws {
        guard (1...PlanhatClient.bulkLimit).contains(chunk) else {
            throw ValidationError("--chunk must be a number from 1 to 5000.")
        }
    }

    func run() async throws {
        let rows: [RecordRow]
        do { rows = try RecordFile.read(file) } catch { throw Stop(.usage, error.description) }
        var progress = ProgressBar(title: "Upserting", total: rows.count)
        var summary = UpsertSummary()
        for row in rows {
            guard let problem = row.problem else { continue }
            progress.say("row \(row.number): \(problem)")
            summary.notSent += 1
            progress.advance(by: 1)
        }
        let stop = try await send(rows.filter { $0.problem == nil }, &summary, &progress)
        progress.finish()
        if json { try Output.json(summary) } else { Output.text(summary.table(), terminator: "") }
        if let stop { throw stop }
        if !summary.isComplete { throw ExitCode(Stop.Code.failure.rawValue) }
    }

    /// One request after the other, as Planhat advises. Returns what ended it before the last row, with the row to
    /// continue at.
    private func send(
        _ rows: [RecordRow],
        _ summary: inout UpsertSummary,
        _ progress: inout ProgressBar
    ) async throws -> Stop? {
        guard !rows.isEmpty else { return nil }
        let (client, size) = (try await PlanhatCommand.makeClient(), chunk)
        var stop: Stop?
        for start in stride(from: 0, to: rows.count, by: size) where stop == nil {
            let part = Array(rows[start..<min(start + size, rows.count)])
            do throws(PlanhatError) {
                let result = try await client.upsert(part.map(\.draft))
                for error in summary.add(result, of: part) { progress.say(error) }
                progress.advance(by: part.count)
            } catch {
                stop = Self.ended(by: error, at: part, rest: rows.count - start, &summary)
            }
        }
        await client.shutdown()
        return stop
    }

    private static func ended(
        by error: PlanhatError,
        at part: [RecordRow],
        rest: Int,
        _ summary: inout UpsertSummary
    ) -> Stop {
        let isOpen = error.disposition == .ambiguous
        if isOpen { summary.addUnconfirmed(part.count) }
        summary.notSent += rest - (isOpen ? part.count : 0)
        let stop = Stop(error)
        return Stop(stop.code, "Stopped at row \(part.first?.number ?? 0). " + stop.message)
    }
}
