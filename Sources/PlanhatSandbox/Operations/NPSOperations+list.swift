import NPSModel

extension NPSOperations {
    /// `GET /nps`: a bare array.
    func list(_ call: Call) async throws -> SandboxResponse {
        let query = try ListQuery(call.parameters, now: now())
        let found = try await records.list(query, readID: call.behaviour.readID)
        return SandboxResponse(json: .array(found.map { query.project($0.read(call.behaviour.readID)) }))
    }
}
