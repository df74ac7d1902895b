import Foundation
import HTTPTypes
import Hummingbird
import NPSModel
package import NPSQueue

/// Shows authentic payloads that couldn't become responses, and tries them again once the mapping is fixed.
struct QuarantineRoutes {
    let queue: ResponseQueue
    let actions: OperatorActions

    func add(to router: some RouterMethods<CollectorContext>) {
        router.get("quarantine") { request, _ in try JSONResponse.response(await list(request)) }
        router.get("quarantine/:id") { _, context in try JSONResponse.response(await show(context)) }
        router.post("quarantine/replay") { request, _ in try JSONResponse.response(await replay(request)) }
        router.post("quarantine/discard") { request, _ in try JSONResponse.response(await discard(request)) }
    }

    private func list(_ request: Request) async throws -> [QuarantineEntry] {
        let after = request.query("after").flatMap(Int64.init)
        let limit = try QueueRoutes.limit(request)
        do { return try await queue.quarantine(limit: limit, after: after) } catch { throw Problem.failing(error) }
    }

    private func show(_ context: CollectorContext) async throws -> QuarantineEntry {
        guard let id = context.parameters.get("id").flatMap(Int64.init) else {
            throw Problem.badRequest("Quarantine ids are whole numbers.")
        }
        return try await entry(QuarantineID(rawValue: id))
    }

    private func entry(_ id: QuarantineID) async throws -> QuarantineEntry {
        let entry: QuarantineEntry?
        do { entry = try await queue.quarantineEntry(id) } catch { throw Problem.failing(error) }
        guard let entry else { throw Problem.missing("quarantined payload") }
        return entry
    }

    private func discard(_ request: Request) async throws -> Changed {
        let selection: Selection<QuarantineID> = try await request.decodeBody()
        guard let ids = selection.ids else { throw Problem.badRequest("Name the ids to discard.") }
        return Changed(count: try await actions.discard(ids, by: .init(request)))
    }

    private func replay(_ request: Request) async throws -> [ReplayOutcome] {
        let wanted: ReplayRequest = try await request.decodeBody()
        return try await actions.replay(wanted, by: .init(request))
    }
}

/// What `POST /quarantine/replay` is asked for.
package struct ReplayRequest: Codable, Sendable {
    package let ids: [QuarantineID]
    /// Only say what would happen: nothing is stored, nothing leaves the quarantine, and the source files read for it
    /// don't take effect.
    package let dryRun: Bool?
    /// Whether the source files are read again first; nil = yes. A long replay asks for it once.
    package let reload: Bool?

    package init(ids: [QuarantineID], dryRun: Bool, reload: Bool) {
        self.ids = ids
        self.dryRun = dryRun
        self.reload = reload
    }
}
