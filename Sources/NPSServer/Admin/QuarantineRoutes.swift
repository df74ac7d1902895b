import Foundation
import HTTPTypes
import Hummingbird
import NPSModel
import NPSQueue
import NPSWebhooks

/// Looking at authentic payloads that couldn't become responses, and trying them again after the mapping was mended.
struct QuarantineRoutes {
    let queue: ResponseQueue
    let catalogue: SourceCatalogue

    func add(to router: some RouterMethods<CollectorContext>) {
        router.get("quarantine") { request, _ in try JSONAnswer.response(await list(request)) }
        router.get("quarantine/:id") { _, context in try JSONAnswer.response(await show(context)) }
        router.post("quarantine/replay") { request, _ in try JSONAnswer.response(await replay(request)) }
        router.post("quarantine/discard") { request, _ in try JSONAnswer.response(await discard(request)) }
    }

    private func list(_ request: Request) async throws -> [QuarantineEntry] {
        let after = request.query("after").flatMap(Int64.init)
        let limit = try QueueRoutes.limit(request)
        do { return try await queue.quarantine(limit: limit, after: after) } catch { throw Problem.unavailable(error) }
    }

    private func show(_ context: CollectorContext) async throws -> QuarantineEntry {
        guard let id = context.parameters.get("id").flatMap(Int64.init) else {
            throw Problem.badRequest("Quarantine ids are whole numbers.")
        }
        return try await entry(QuarantineID(rawValue: id))
    }

    private func entry(_ id: QuarantineID) async throws -> QuarantineEntry {
        let entry: QuarantineEntry?
        do { entry = try await queue.quarantineEntry(id) } catch { throw Problem.unavailable(error) }
        guard let entry else { throw Problem.missing("quarantined payload") }
        return entry
    }

    private func discard(_ request: Request) async throws -> Changed {
        let selection: Selection<QuarantineID> = try await request.decodeBody()
        guard let ids = selection.ids else { throw Problem.badRequest("Name the ids that are to be discarded.") }
        do { return Changed(count: try await queue.discard(ids)) } catch { throw Problem.unavailable(error) }
    }

    private func replay(_ request: Request) async throws -> [ReplayOutcome] {
        let selection: Selection<QuarantineID> = try await request.decodeBody()
        var outcomes: [ReplayOutcome] = []
        for id in try await ids(selection) {
            outcomes.append(try await replay(try await entry(id), dryRun: selection.dryRun ?? false))
        }
        return outcomes
    }

    private func ids(_ selection: Selection<QuarantineID>) async throws -> [QuarantineID] {
        if let ids = selection.ids { return ids }
        var ids: [QuarantineID] = []
        while true {
            let page: [QuarantineEntry]
            do { page = try await queue.quarantine(limit: 1_000, after: ids.last?.rawValue) } catch {
                throw Problem.unavailable(error)
            }
            if page.isEmpty { return ids }
            ids += page.map(\.id)
        }
    }

    /// All of a payload's items become responses, or it stays: then it is shown again with today's reasons.
    private func replay(_ entry: QuarantineEntry, dryRun: Bool) async throws -> ReplayOutcome {
        guard let source = catalogue.source(named: entry.source) else {
            return ReplayOutcome(id: entry.id, problem: "The source is not configured any more.")
        }
        let results: [Result<Submission, InvalidResponse>]
        do throws(PayloadProblem) {
            results = try await source.map(
                Array(entry.body ?? Data()),
                contentType: entry.contentType,
                receivedAt: entry.receivedAt
            )
        } catch {
            return ReplayOutcome(id: entry.id, problem: error.description)
        }
        let sorted = Intake.Sorted(results)
        guard sorted.problems.isEmpty else { return ReplayOutcome(id: entry.id, errors: sorted.problems) }
        let ids = sorted.submissions.map(\.response.id)
        if dryRun { return ReplayOutcome(id: entry.id, responses: ids) }
        do {
            _ = try await queue.accept(sorted.submissions, quarantining: [], resolving: [entry.id])
        } catch {
            throw Problem.unavailable(error)
        }
        return ReplayOutcome(id: entry.id, responses: ids)
    }
}
