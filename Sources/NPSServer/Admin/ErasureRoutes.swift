import Hummingbird
import NPSModel
package import NPSQueue

/// Removes a person's data, and then what was kept to find it at Planhat.
struct ErasureRoutes {
    let queue: ResponseQueue
    let actions: OperatorActions

    func add(to router: some RouterMethods<CollectorContext>) {
        router.post("queue/erase") { request, _ in try JSONResponse.response(await erase(request)) }
        router.get("queue/erase/unconfirmed") { request, _ in
            try JSONResponse.response(await unconfirmed(request))
        }
        router.post("queue/erase/confirm") { request, _ in try JSONResponse.response(await confirm(request)) }
    }

    private func erase(_ request: Request) async throws -> ErasureResponse {
        let wanted: ErasureRequest = try await request.decodeBody()
        return try await actions.erase(wanted, by: .init(request))
    }

    private func unconfirmed(_ request: Request) async throws -> [UnconfirmedErasure] {
        let limit = try QueueRoutes.limit(request)
        let after = request.query("after").flatMap(Int64.init)
        do {
            return try await queue.unconfirmedErasures(after: after, limit: limit)
        } catch {
            throw Problem.failing(error)
        }
    }

    private func confirm(_ request: Request) async throws -> Changed {
        let selection: Selection<ResponseID> = try await request.decodeBody()
        guard let ids = selection.ids else { throw Problem.badRequest("Name the ids that are gone at Planhat.") }
        do { return Changed(count: try await queue.confirmErasure(ids)) } catch { throw Problem.failing(error) }
    }
}

/// Whose data to remove, and where to continue the search of the quarantine.
package struct ErasureRequest: Codable, Sendable {
    package let email: String
    /// The last quarantined payload that was searched; nil for the first call.
    package let after: Int64?
    /// True when what Planhat has is to be deleted, too; nil is false. The collector remembers it, and does what the
    /// program that asks doesn't get done.
    package let remote: Bool?

    package init(email: String, remote: Bool, after: Int64? = nil) {
        self.email = email
        self.remote = remote
        self.after = after
    }
}

/// What one call of `queue/erase` removed.
package struct ErasureResponse: Codable, Sendable {
    package let erasure: Erasure
    /// Quarantined payloads that contained the address.
    package let quarantined: Int
    /// Where to continue; nil when the whole quarantine has been searched.
    package let next: Int64?

    package init(erasure: Erasure, quarantined: Int, next: Int64?) {
        self.erasure = erasure
        self.quarantined = quarantined
        self.next = next
    }
}
