import Foundation
import NPSModel

/// The properties of one request's object that the API knows, checked. Others are ignored, as Planhat does.
struct RecordPatch: Sendable {
    let email: EmailAddress?
    let score: Int?
    /// Given properties that may be null; null takes the value away.
    private let optionals: [(path: Path, value: String?)]

    typealias Path = any WritableKeyPath<StoredRecord, String?> & Sendable

    private enum Kind {
        case text
        case objectID
        case date
        case object
    }

    private static let properties: [(name: String, path: Path, kind: Kind)] = [
        ("comment", \.comment, .text),
        ("sourceId", \.sourceId, .text),
        ("source", \.source, .text),
        ("campaignId", \.campaignId, .objectID),
        ("cId", \.cId, .objectID),
        ("dateSent", \.dateSent, .date),
        ("dateAnswered", \.dateAnswered, .date),
        ("custom", \.custom, .object),
    ]

    init(_ json: JSONValue, objectIDs: Behaviour.ObjectIDCheck) throws(Rejection) {
        guard case .object(let members) = json else { throw .badRequest("an object is required") }
        email = try Self.email(members["email"])
        score = try Self.score(members["score"])
        var optionals: [(path: Path, value: String?)] = []
        for property in Self.properties {
            guard let value = members[property.name] else { continue }
            let text = try Self.text(value, of: property.name, kind: property.kind, objectIDs: objectIDs)
            optionals.append((property.path, text))
        }
        self.optionals = optionals
    }

    /// The value that would be stored under the path; nil for a property that wasn't given or is null.
    func value(_ path: Path) -> String? {
        optionals.first { $0.path == path }?.value
    }

    /// Changes what was given and nothing else. Whom the record belongs to is not decided here.
    func apply(to record: inout StoredRecord) {
        if let email { record.email = email.address }
        if let score { record.score = score }
        for (path, value) in optionals { record[keyPath: path] = value }
    }

    private static func email(_ json: JSONValue?) throws(Rejection) -> EmailAddress? {
        guard let json else { return nil }
        guard let text = json.string else { throw .badRequest("email is required") }
        do throws(FieldProblem) {
            return try EmailAddress(text)
        } catch {
            throw .badRequest(error.description)
        }
    }

    private static func score(_ json: JSONValue?) throws(Rejection) -> Int? {
        guard let json else { return nil }
        guard case .integer(let number) = json, (0...10).contains(number) else {
            throw .badRequest("score must be an integer from 0 to 10")
        }
        return Int(number)
    }

    private static func text(
        _ json: JSONValue,
        of name: String,
        kind: Kind,
        objectIDs: Behaviour.ObjectIDCheck
    ) throws(Rejection) -> String? {
        switch (kind, json) {
        case (_, .null): return nil
        case (.text, .string(let text)): return name == "sourceId" && text.isEmpty ? nil : text
        case (.objectID, .string(let text)) where objectIDs == .any || ObjectIDSource.isObjectID(text): return text
        case (.date, .string(let text)):
            guard let date = Timestamp.parse(text) else { throw .badRequest("\(name) must be an ISO date") }
            return Timestamp.format(date)
        case (.object, .object): return String(decoding: json.canonical, as: UTF8.self)
        case (.text, _): throw .badRequest("\(name) must be a string")
        case (.objectID, _): throw .badRequest("\(name) must be an objectId")
        case (.date, _): throw .badRequest("\(name) must be an ISO date")
        case (.object, _): throw .badRequest("\(name) must be an object")
        }
    }
}
