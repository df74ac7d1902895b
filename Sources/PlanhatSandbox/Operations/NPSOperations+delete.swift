import NPSModel

extension NPSOperations {
    /// `DELETE /nps/{id}`, the id being a record's or `srcid-…`.
    func delete(_ call: Call) async throws -> SandboxResponse {
        guard try await records.delete(call.reference) == 1 else { throw Rejection.notFound }
        return SandboxResponse(json: .object(["n": .integer(1), "ok": .integer(1), "deletedCount": .integer(1)]))
    }
}
