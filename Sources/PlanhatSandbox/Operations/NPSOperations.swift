import Foundation

/// The six operations on the records, without faults and without HTTP.
struct NPSOperations: Sendable {
    let records: SandboxRecords
    let ids: ObjectIDSource
    let now: @Sendable () -> Date
    let pause: @Sendable (Duration) async -> Void

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

    /// Matches and writes: in one transaction, or with a pause between the two where the overlap window is open, in
    /// which another request may find the same and write it too.
    func write<Value: Sendable>(
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
