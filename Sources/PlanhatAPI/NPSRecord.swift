package import Foundation
package import NPSModel

/// A record as any of the operations returns it. Create and update name things differently from get and list, fields
/// come as null, empty or not at all, and undocumented keys appear: all of it is read, nothing fails.
package struct NPSRecord: Sendable, Hashable {
    /// Everything that was answered.
    package let json: JSONValue

    /// `_id`: the record's in create and update, but probably the contact's in get and list (see ``recordId``).
    package let id: String?
    /// The record's own id: `npsId` where the answer has it, otherwise `_id`.
    package let recordId: String?
    package let email: String?
    package let score: Int?
    package let comment: String?
    package let scoreType: String?
    package let sourceId: String?
    package let source: String?
    package let campaignId: String?
    /// `cId`
    package let companyId: String?
    /// `euId`
    package let enduserId: String?
    package let dateAnswered: Date?
    package let dateSent: Date?
    package let custom: [String: JSONValue]

    /// Nil when the value is no object.
    package init?(_ json: JSONValue) {
        guard case .object(let members) = json else { return nil }
        func text(_ names: String...) -> String? {
            names.lazy.compactMap { members[$0].flatMap(Self.text) }.first { !$0.isEmpty }
        }
        func date(_ names: String...) -> Date? {
            names.lazy.compactMap { members[$0]?.string }.compactMap(Timestamp.parse).first
        }
        self.json = json
        id = text("_id")
        recordId = text("npsId", "_id")
        email = text("email")
        score = members["score"].flatMap(Self.score) ?? members["nps"].flatMap(Self.score)
        comment = text("comment", "npsComment")
        scoreType = text("scoreType")
        sourceId = text("sourceId")
        source = text("source")
        campaignId = text("campaignId")
        companyId = text("cId", "companyId")
        enduserId = text("euId")
        dateAnswered = date("dateAnswered", "npsDate")
        dateSent = date("dateSent", "npsSent")
        if case .object(let properties)? = members["custom"] { custom = properties } else { custom = [:] }
    }

    /// Everything that was answered, and beside it the names of create and update where get and list have others.
    package var normalizedJSON: JSONValue {
        guard case .object(var members) = json else { return json }
        let names = [("score", "nps"), ("comment", "npsComment"), ("dateAnswered", "npsDate")]
        for (name, other) in names where members[name]?.isNull ?? true {
            if let value = members[other] { members[name] = value }
        }
        return .object(members)
    }

    /// Ids of other systems may come as the numbers that they are there.
    private static func text(_ value: JSONValue) -> String? {
        if case .integer(let number) = value { return String(number) }
        return value.string
    }

    private static func score(_ value: JSONValue) -> Int? {
        (try? Score(json: value))?.value
    }
}

/// Names a record in a path: by Planhat's own id, or by the id that its producer gave it.
package enum RecordID: Sendable, Hashable, CustomStringConvertible {
    case planhat(String)
    /// Sent with the prefix `srcid-`.
    case source(String)

    private static let prefix = "srcid-"

    /// Reads what people type: `srcid-…` or Planhat's id. An empty id is refused, because its path would be that of
    /// the whole collection.
    package init(reading argument: String) throws(PlanhatError) {
        let isSource = argument.hasPrefix(Self.prefix)
        let id = isSource ? String(argument.dropFirst(Self.prefix.count)) : argument
        guard !id.isEmpty else { throw .invalidRequest("An id can't be empty.") }
        self = isSource ? .source(id) : .planhat(id)
    }

    package var description: String {
        switch self {
        case .planhat(let id): id
        case .source(let id): Self.prefix + id
        }
    }

    /// One path segment, everything but RFC 3986's unreserved characters percent-encoded.
    func segment() throws(PlanhatError) -> String {
        let id =
            switch self {
            case .planhat(let id), .source(let id): id
            }
        guard !id.isEmpty else { throw .invalidRequest("An id can't be empty.") }
        // RFC 3986 §5.2.4: such a segment would name the collection or what is above it.
        guard description != ".", description != ".." else { throw .invalidRequest("An id can't be dots alone.") }
        return PercentEncoding.encode(description)
    }
}
