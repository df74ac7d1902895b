import NPSModel
import NPSQueue
import StubAPI

/// The answer to a bulk upsert, as Planhat's reference shows it.
struct Envelope {
    var created: [Claim] = []
    var updated: [Claim] = []
    var nonupdates = 0
    var createdErrors: [JSONValue] = []
    var updatedErrors: [JSONValue] = []
    var permissionErrors: [JSONValue] = []
    /// Whether the keys are told, and not the counts alone.
    var hasKeys = true

    func reply(_ status: Int = 200) -> StubReply {
        let json = JSONValue.object([
            "created": .integer(Int64(created.count)),
            "updated": .integer(Int64(updated.count)),
            "nonupdates": .integer(Int64(nonupdates)),
            "insertsKeys": keys(created),
            "updatesKeys": keys(updated),
            "modified": .array([]),
            "upsertedIds": .array([]),
            "createdErrors": .array(createdErrors),
            "updatedErrors": .array(updatedErrors),
            "permissionErrors": .array(permissionErrors),
        ])
        return .json(status, String(decoding: json.canonical, as: UTF8.self))
    }

    private func keys(_ claims: [Claim]) -> JSONValue {
        guard hasKeys else { return .array([]) }
        return .array(
            claims.enumerated().map { number, claim in
                .object(["_id": .string("61030b0e\(number)"), "sourceId": .string(claim.id.rawValue)])
            }
        )
    }
}
