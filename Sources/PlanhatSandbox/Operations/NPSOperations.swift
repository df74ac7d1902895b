import Foundation
import NPSModel

/// The six operations on the records, without faults and without HTTP. Each may throw a ``Rejection``, which is the
/// answer to a bad request.
struct NPSOperations: Sendable {
    private let records: SandboxRecords
    private let ids: ObjectIDSource
    let now: @Sendable () -> Date
    let pause: @Sendable (Duration) async -> Void

    init(
        records: SandboxRecords,
        ids: ObjectIDSource,
        now: @escaping @Sendable () -> Date,
        pause: @escaping @Sendable (Duration) async -> Void
    ) {
        self.records = records
        self.ids = ids
        self.now = now
        self.pause = pause
    }

    func answer(_ call: Call) async throws -> SandboxResponse {
        switch call.operation {
        case .create: try await create(call)
        case .get: try await get(call)
        case .list: try await list(call)
        case .update: try await update(call)
        case .delete: try await delete(call)
        case .upsert: try await upsert(call)
        }
    }
}

extension NPSOperations {
    /// `POST /nps`
    private func create(_ call: Call) async throws -> SandboxResponse {
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

    /// `GET /nps/{id}`, the id being a record's, an enduser's (then the latest record) or `srcid-…`.
    private func get(_ call: Call) async throws -> SandboxResponse {
        guard let record = try await records.find(call.reference) else { throw Rejection.notFound }
        return SandboxResponse(json: .object(record.read(call.behaviour.readID)))
    }

    /// `GET /nps`: a bare array.
    private func list(_ call: Call) async throws -> SandboxResponse {
        let query = try ListQuery(call.parameters, now: now())
        let found = try await records.list(query, readID: call.behaviour.readID)
        return SandboxResponse(json: .array(found.map { query.project($0.read(call.behaviour.readID)) }))
    }

    /// `PUT /nps/{id}`, the id being a record's or `srcid-…`: only what is given changes.
    private func update(_ call: Call) async throws -> SandboxResponse {
        let patch = try RecordPatch(call.json(), objectIDs: call.behaviour.objectIDs)
        let record = try await write(.init(call.reference), call.behaviour) { writer in
            guard let record = writer.snapshot.record(call.reference) else { throw Rejection.notFound }
            return writer.update(record, with: patch) ?? record
        }
        return SandboxResponse(json: record.written)
    }

    /// `DELETE /nps/{id}`, the id being a record's or `srcid-…`.
    private func delete(_ call: Call) async throws -> SandboxResponse {
        guard try await records.delete(call.reference) == 1 else { throw Rejection.notFound }
        return SandboxResponse(json: .object(["n": .integer(1), "ok": .integer(1), "deletedCount": .integer(1)]))
    }

    /// `PUT /nps` with an array.
    private func upsert(_ call: Call) async throws -> SandboxResponse {
        guard case .array(let items) = try call.json() else { throw Rejection.badRequest("an array is required") }
        guard items.count <= BulkUpsert.largestCount else { return SandboxResponse(BulkUpsert.tooMany(call.behaviour)) }
        let bulk = BulkUpsert(items, behaviour: call.behaviour, partial: call.partial)
        return SandboxResponse(try await write(bulk.interest, call.behaviour) { writer in bulk.perform(&writer) })
    }

    /// Matches and writes: in one transaction, or with a pause between the two if there is an overlap window, in which
    /// another request may match the same and write, too.
    private func write<Value: Sendable>(
        _ interest: Snapshot.Interest,
        _ behaviour: Behaviour,
        _ decide: @escaping @Sendable (inout RecordWriter) throws -> Value
    ) async throws -> Value {
        let decideFully: @Sendable (Snapshot) throws -> (Value, [RecordChange]) = { [ids, now] snapshot in
            var writer = RecordWriter(snapshot, behaviour: behaviour, ids: ids, now: now())
            let value = try decide(&writer)
            return (value, writer.changes)
        }
        guard behaviour.overlapWindow > 0 else { return try await records.transact(interest, decideFully) }
        let (value, changes) = try decideFully(await records.snapshot(interest))
        await pause(.milliseconds(behaviour.overlapWindow))
        try await records.apply(changes)
        return value
    }
}

extension SandboxResponse {
    init(_ envelope: BulkEnvelope) {
        self.init(status: envelope.status, json: envelope.json)
    }
}

/// One request to one operation, read from HTTP, and the behaviour that is switched on at that moment.
struct Call: Sendable {
    let operation: Operation
    /// From the path; empty for the operations on the whole collection.
    let reference: RecordReference
    let parameters: [String: String]
    let body: Data
    private let content: Result<JSONValue, Rejection>
    var behaviour = Behaviour()
    var partial: PartialFailure?

    init(operation: Operation, reference: RecordReference, parameters: [String: String], body: Data) {
        self.operation = operation
        self.reference = reference
        self.parameters = parameters
        self.body = body
        content = (try? JSONValue(parsing: body)).map { .success($0) } ?? .failure(.badRequest("the body is no JSON"))
    }

    /// What a request that writes names.
    var sourceIDs: Set<String> {
        let named: [JSONValue] =
            switch try? content.get() {
            case .array(let items): items
            case let item?: [item]
            case nil: []
            }
        return Set(named.compactMap { $0["sourceId"]?.string } + [reference.sourceID].compactMap { $0 })
    }

    /// Set where the request has the word that is poison to the API.
    var poisoned: FaultAction? {
        guard operation.isWrite, let action = behaviour.poison.action else { return nil }
        return body.range(of: Data("poison".utf8)) == nil ? nil : action
    }

    func json() throws(Rejection) -> JSONValue { try content.get() }
}
