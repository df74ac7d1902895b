import NPSModel

extension NPSOperations {
    /// `GET /nps/{id}`, the id being a record's, an enduser's (then the latest record) or `srcid-…`.
    func get(_ call: Call) async throws -> SandboxResponse {
        guard let record = try await records.find(call.reference) else { throw Rejection.notFound }
        return SandboxResponse(json: .object(record.read(call.behaviour.readID)))
    }
}
