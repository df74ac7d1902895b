import NPSModel

extension NPSOperations {
    /// `PUT /nps/{id}`, the id being a record's or `srcid-…`: only what is given changes.
    func update(_ call: Call) async throws -> SandboxResponse {
        let patch = try RecordPatch(call.json(), objectIDs: call.behaviour.objectIDs)
        let record = try await write(.init(call.reference), call.behaviour) { writer in
            guard let record = writer.snapshot.record(call.reference) else { throw Rejection.notFound }
            return writer.update(record, with: patch) ?? record
        }
        return SandboxResponse(json: record.written)
    }
}
