import Foundation
import GRDB
import NPSModel

/// One NPS record as the database holds it, in the API's own names.
struct StoredRecord: Sendable, Hashable, Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "records"

    let id: String
    var email: String
    var score: Int
    var comment: String?
    var sourceId: String?
    var campaignId: String?
    var cId: String?
    /// Nil for a record that belongs to nobody (``Behaviour/UnknownContact/storeUnlinked``).
    var euId: String?
    var source: String?
    /// Dates are text as Planhat prints them (`2021-07-29T20:09:50.914Z`), so that their order is the text's.
    var dateSent: String?
    var dateAnswered: String?
    /// A JSON object as text.
    var custom: String?
}

extension StoredRecord {
    var scoreType: String {
        switch score {
        case ...6: "detractor"
        case 7...8: "passive"
        default: "promoter"
        }
    }

    /// The shape that create and update answer with. Optional properties that were never given are missing.
    var written: JSONValue {
        var members: [String: JSONValue] = [
            "_id": .string(id),
            "email": .string(email),
            "score": .integer(Int64(score)),
            "scoreType": .string(scoreType),
            "dateSent": text(dateSent),
            "dateAnswered": text(dateAnswered),
            "__v": .integer(0),
        ]
        members["comment"] = comment.map(JSONValue.string)
        members["sourceId"] = sourceId.map(JSONValue.string)
        members["campaignId"] = campaignId.map(JSONValue.string)
        members["cId"] = cId.map(JSONValue.string)
        members["euId"] = euId.map(JSONValue.string)
        members["source"] = source.map(JSONValue.string)
        members["custom"] = properties
        return .object(members)
    }

    /// The shape that get and list answer with: other names, and by default the enduser's id in `_id` (the record's
    /// own where there is no enduser). `sourceId` is empty and not null where there is none, as in Planhat's samples.
    func read(_ readID: Behaviour.ReadID) -> [String: JSONValue] {
        [
            "_id": .string(readID == .record ? id : euId ?? id),
            "npsId": .string(id),
            "email": .string(email),
            "npsDate": text(dateAnswered),
            "nps": .integer(Int64(score)),
            "npsComment": text(comment),
            "npsSent": .null,
            "scoreType": .string(scoreType),
            "cId": text(cId),
            "campaignId": text(campaignId),
            "dateSent": text(dateSent),
            "dateReminderSent": .null,
            "source": text(source),
            "sourceId": .string(sourceId ?? ""),
            "custom": properties ?? .null,
        ]
    }

    private func text(_ value: String?) -> JSONValue {
        value.map(JSONValue.string) ?? .null
    }

    private var properties: JSONValue? {
        custom.flatMap { try? JSONValue(parsing: Data($0.utf8)) }
    }
}

/// What stands in the path: a record's id, or its `sourceId` behind `srcid-`.
enum RecordReference: Sendable, Hashable {
    case id(String)
    case source(String)

    init(path: String) {
        let prefix = "srcid-"
        self = path.hasPrefix(prefix) ? .source(String(path.dropFirst(prefix.count))) : .id(path)
    }

    /// Nil for a record's own id.
    var sourceID: String? {
        if case .source(let id) = self { id } else { nil }
    }
}
