import NPSModel

/// The answer of a bulk upsert, all ten keys of it.
struct BulkEnvelope: Sendable, Hashable {
    var created = 0
    var createdErrors: [JSONValue] = []
    var insertsKeys: [JSONValue] = []
    var updated = 0
    var updatedErrors: [JSONValue] = []
    var updatesKeys: [JSONValue] = []
    /// Items that matched a record and changed nothing.
    var nonupdates = 0
    var modified: [JSONValue] = []
    var upsertedIDs: [JSONValue] = []
    var permissionErrors: [JSONValue] = []

    mutating func noteCreated(_ record: StoredRecord) {
        created += 1
        insertsKeys.append(Self.keys(of: record))
        upsertedIDs.append(.string(record.id))
    }

    mutating func noteUpdated(_ record: StoredRecord) {
        updated += 1
        updatesKeys.append(Self.keys(of: record))
        modified.append(.string(record.id))
    }

    /// 200 all well, 206 some, 400 none, 403 when permission lacked for any
    /// (https://www.planhat.com/developers/api/http-response-codes).
    var status: Int {
        if !permissionErrors.isEmpty { return 403 }
        if createdErrors.isEmpty, updatedErrors.isEmpty { return 200 }
        return created + updated + nonupdates > 0 ? 206 : 400
    }

    var json: JSONValue {
        .object([
            "created": .integer(Int64(created)),
            "createdErrors": .array(createdErrors),
            "insertsKeys": .array(insertsKeys),
            "updated": .integer(Int64(updated)),
            "updatedErrors": .array(updatedErrors),
            "updatesKeys": .array(updatesKeys),
            "nonupdates": .integer(Int64(nonupdates)),
            "modified": .array(modified),
            "upsertedIds": .array(upsertedIDs),
            "permissionErrors": .array(permissionErrors),
        ])
    }

    private static func keys(of record: StoredRecord) -> JSONValue {
        var members: [String: JSONValue] = ["_id": .string(record.id)]
        members["sourceId"] = record.sourceId.map(JSONValue.string)
        return .object(members)
    }
}
