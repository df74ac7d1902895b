import NPSModel

extension NPSOperations {
    /// `PUT /nps` with an array.
    func upsert(_ call: Call) async throws -> SandboxResponse {
        guard case .array(let items) = try call.json() else { throw Rejection.badRequest("an array is required") }
        guard items.count <= BulkUpsert.largestCount else { return SandboxResponse(BulkUpsert.tooMany(call.behaviour)) }
        let bulk = BulkUpsert(items, behaviour: call.behaviour, partial: call.partial)
        return SandboxResponse(try await write(bulk.interest, call.behaviour) { writer in bulk.perform(&writer) })
    }
}

extension SandboxResponse {
    init(_ envelope: BulkEnvelope) {
        self.init(status: envelope.status, json: envelope.json)
    }
}
