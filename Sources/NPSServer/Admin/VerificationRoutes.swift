import Hummingbird
package import NPSModel
import NPSQueue

/// What `queue verify` needs: receipts to compare with Planhat, and a share of the requests to it.
struct VerificationRoutes {
    let queue: ResponseQueue
    let share: @Sendable (Double) -> Void

    func add(to router: some RouterMethods<CollectorContext>) {
        router.get("queue/receipts") { request, _ in try JSONResponse.response(await receipts(request)) }
        router.post("queue/receipts/compare") { request, _ in try JSONResponse.response(await compare(request)) }
        router.post("queue/share") { request, _ in try JSONResponse.response(await share(request)) }
    }

    private func receipts(_ request: Request) async throws -> [Receipt] {
        let limit = try QueueRoutes.limit(request)
        let before = request.query("before").flatMap(Int64.init)
        do { return try await queue.receipts(before: before, limit: limit) } catch { throw Problem.failing(error) }
    }

    private func compare(_ request: Request) async throws -> ReceiptMatch {
        let wanted: ComparisonRequest = try await request.decodeBody()
        do {
            return ReceiptMatch(matches: try await queue.delivered(wanted.id, as: wanted.contentDigest))
        } catch {
            throw Problem.failing(error)
        }
    }

    private func share(_ request: Request) async throws -> ShareRequest {
        let wanted: ShareRequest = try await request.decodeBody()
        guard wanted.seconds >= 0 else { throw Problem.badRequest("seconds must not be negative.") }
        share(wanted.seconds)
        return wanted
    }
}

/// Asks the collector to leave half of its requests to Planhat to another program.
package struct ShareRequest: Codable, Sendable, Hashable {
    /// From now on; 0 ends the sharing.
    package let seconds: Double

    package init(seconds: Double) {
        self.seconds = seconds
    }
}

/// Asks whether a response was delivered with this content.
package struct ComparisonRequest: Codable, Sendable, Hashable {
    package let id: ResponseID
    /// `ContentDigest` of what Planhat has.
    package let contentDigest: String

    package init(id: ResponseID, contentDigest: String) {
        self.id = id
        self.contentDigest = contentDigest
    }
}

/// The answer to a `ComparisonRequest`.
package struct ReceiptMatch: Codable, Sendable, Hashable {
    package let matches: Bool
}
