import NPSDelivery
import NPSModel
import NPSQueue
import PlanhatAPI
import StubAPI

/// The answer to a bulk upsert, as Planhat's reference shows it: on the wire, or as the client reads it.
struct BulkEnvelope {
    var created: [Claim] = []
    var updated: [Claim] = []
    var nonupdates = 0
    var createdErrors: [JSONValue] = []
    var updatedErrors: [JSONValue] = []
    var permissionErrors: [JSONValue] = []
    /// Whether the keys are told, and not the counts alone.
    var hasKeys = true
    /// Whether the keys have Planhat's own ids.
    var hasIDs = true

    func reply(_ status: Int = 200) -> StubReply {
        .json(status, String(decoding: json.canonical, as: UTF8.self))
    }

    func result(_ status: Int = 200) -> BulkResult? {
        BulkResult(json, status: status)
    }

    /// An error entry that names its response.
    static func entry(_ message: String, about id: ResponseID) -> JSONValue {
        .object(["message": .string(message), "item": .object(["sourceId": .string(id.rawValue)])])
    }

    private var json: JSONValue {
        .object([
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
    }

    private func keys(_ claims: [Claim]) -> JSONValue {
        guard hasKeys else { return .array([]) }
        return .array(
            claims.enumerated().map { number, claim in
                var members: [String: JSONValue] = ["sourceId": .string(claim.id.rawValue)]
                if hasIDs { members["_id"] = .string("61030b0e\(number)") }
                return .object(members)
            }
        )
    }
}

extension BulkEnvelope {
    /// - Parameters:
    ///   - named: the claims in its keys, without Planhat's ids
    ///   - problems: error entries that name their response
    ///   - counted: how many records it counts; nil for those that it names
    ///   - strayErrors: error entries that name no response
    init(
        naming named: [Claim] = [],
        problems: [ResponseID: String] = [:],
        counted: Int? = nil,
        strayErrors: [String] = []
    ) {
        created = named
        hasIDs = false
        nonupdates = (counted ?? named.count) - named.count
        createdErrors = problems.map { Self.entry($1, about: $0) } + strayErrors.map(JSONValue.string)
    }
}

extension SendResult {
    /// What the client makes of such an envelope.
    static func bulk(_ envelope: BulkEnvelope) -> SendResult {
        envelope.result().map(SendResult.upserted) ?? .failed(.ambiguous("no envelope"))
    }

    /// All of these, named in the envelope's keys.
    static func bulk(naming claims: [Claim]) -> SendResult {
        bulk(BulkEnvelope(naming: claims))
    }

    /// What the client makes of a record with this `_id`.
    static func record(planhatID: String?) -> SendResult {
        var members: [String: JSONValue] = ["euId": .string("5f")]
        members["_id"] = planhatID.map(JSONValue.string)
        return NPSRecord(.object(members)).map(SendResult.created) ?? .failed(.ambiguous("no record"))
    }
}
