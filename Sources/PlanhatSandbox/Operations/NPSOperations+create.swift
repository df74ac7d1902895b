import NPSModel

extension NPSOperations {
    /// `POST /nps`
    func create(_ call: Call) async throws -> SandboxResponse {
        let patch = try RecordPatch(call.json(), objectIDs: call.behaviour.objectIDs)
        var interest = Snapshot.Interest()
        interest.include(patch)
        let record = try await write(interest, call.behaviour) { writer in
            let isKnown = patch.value(\.sourceId).map { writer.snapshot.recordsBySource[$0] != nil } ?? false
            if isKnown, call.behaviour.postDuplicate == .reject { throw Rejection.duplicatedSourceID }
            return try writer.create(patch)
        }
        return SandboxResponse(json: record?.written ?? .object([:]))
    }
}
