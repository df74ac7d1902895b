import NPSModel

extension NPSOperations {
    /// `DELETE /nps/{id}`, the id being a record's or `srcid-…`.
    func delete(_ call: Call) async throws -> Answer {
        guard try await records.delete(call.reference) == 1 else { throw Rejection.notFound }
        return Answer(json: .object(["n": .integer(1), "ok": .integer(1), "deletedCount": .integer(1)]))
    }
}
