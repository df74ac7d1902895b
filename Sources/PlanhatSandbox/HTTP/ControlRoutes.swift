import Foundation
import Hummingbird
import NIOCore
import NPSModel

/// The sandbox's own routes: what it is, its faults, its counts and log.
struct ControlRoutes: Sendable {
    let records: SandboxRecords
    let control: TrafficControl

    func add(to router: Router<SandboxContext>) {
        router.get("/") { _, _ in SandboxResponse(text: Self.greeting).response }
        router.get("/sandbox/faults") { _, _ in SandboxResponse(json: control.plan.json).response }
        router.put("/sandbox/faults") { request, _ in
            try await change(request) { plan, json throws(SandboxError) in
                plan = FaultPlan()
                try plan.merge(json)
            }
        }
        router.patch("/sandbox/faults") { request, _ in
            try await change(request) { plan, json throws(SandboxError) in try plan.merge(json) }
        }
        router.post("/sandbox/reset") { _, _ in
            try await records.reset()
            control.reset()
            return SandboxResponse(json: try await statistics()).response
        }
        router.get("/sandbox/stats") { _, _ in SandboxResponse(json: try await statistics()).response }
        router.get("/sandbox/writes") { _, _ in SandboxResponse(json: writes()).response }
    }

    private static let greeting = """
        This is a sandbox of the Planhat NPS API. Nothing that it receives leaves it.

        POST /nps · GET /nps · PUT /nps · GET, PUT, DELETE /nps/{id}
        GET, PUT, PATCH /sandbox/faults · POST /sandbox/reset · GET /sandbox/stats, /sandbox/writes

        """

    private func change(
        _ request: Request,
        _ edit: (inout FaultPlan, JSONValue) throws(SandboxError) -> Void
    ) async throws -> Response {
        let body = try await request.body.collect(upTo: 64 * 1024)
        guard let json = try? JSONValue(parsing: Data(body.readableBytesView)) else {
            return SandboxResponse(.badRequest("the body is no JSON"), .json).response
        }
        do throws(SandboxError) {
            let plan = try control.change { plan throws(SandboxError) in try edit(&plan, json) }
            return SandboxResponse(json: plan.json).response
        } catch {
            return SandboxResponse(.badRequest(error.description), .json).response
        }
    }

    /// Since the start or the last reset.
    private func writes() -> JSONValue {
        let log = control.writes
        return .object([
            "arrivals": .array(log.arrivals.map { .integer($0) }),
            "overlaps": .integer(Int64(log.overlaps)),
            "overlapped": .array(log.overlapped.map { .string($0) }),
        ])
    }

    /// Requests are those answered or dropped since the start or the last reset.
    private func statistics() async throws -> JSONValue {
        let totals = try await records.totals()
        let answered = control.counts
        var requests: [String: JSONValue] = [:]
        for operation in Operation.allCases {
            let counts = answered.byOperation[operation, default: [:]]
            requests[operation.rawValue] = .object(counts.mapValues { .integer(Int64($0)) })
        }
        return .object([
            "requests": .object(requests),
            "requestsTotal": .integer(Int64(answered.total)),
            "records": .integer(Int64(totals.records)),
            "unlinked": .integer(Int64(totals.unlinked)),
            "endusers": .integer(Int64(totals.endusers)),
            "duplicates": .integer(Int64(totals.duplicates)),
        ])
    }
}
