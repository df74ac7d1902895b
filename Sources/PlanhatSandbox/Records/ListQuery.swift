import Foundation
import NPSModel

/// The parameters of `GET /nps`. Unknown ones are ignored, as Planhat is reported to do.
struct ListQuery: Sendable, Hashable {
    static let largestLimit = 10_000

    let companies: [String]
    let limit: Int
    let offset: Int
    /// Nil for an absent or unknown property: then the order is that of arrival, which also breaks all ties.
    let sort: SortProperty?
    let descending: Bool
    /// Nil for all properties.
    let select: [String]?
    /// Records answered before this are left out; ISO text.
    let answeredSince: String

    init(_ parameters: [String: String], now: Date) throws(Rejection) {
        companies = Self.words(parameters["companyId"])
        limit = min(try Self.number("limit", parameters, default: 100, from: 1), Self.largestLimit)
        offset = try Self.number("offset", parameters, default: 0, from: 0)
        let sort = parameters["sort"] ?? ""
        descending = sort.hasPrefix("-")
        self.sort = SortProperty(named: descending ? String(sort.dropFirst()) : sort)
        let select = Self.words(parameters["select"])
        self.select = select.isEmpty ? nil : select
        let days = try Self.number("npsExpiryDay", parameters, default: 360, from: 0)
        let since = now.addingTimeInterval(-86_400 * Double(days))
        answeredSince = since.timeIntervalSince1970 > 0 ? Timestamp.format(since) : ""
    }

    /// The properties to answer with. `_id` always comes along, as it does from MongoDB.
    func project(_ members: [String: JSONValue]) -> JSONValue {
        guard let select else { return .object(members) }
        return .object(members.filter { $0.key == "_id" || select.contains($0.key) })
    }

    private static func words(_ text: String?) -> [String] {
        (text ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    private static func number(
        _ name: String,
        _ parameters: [String: String],
        default fallback: Int,
        from least: Int
    ) throws(Rejection) -> Int {
        guard let text = parameters[name], !text.isEmpty else { return fallback }
        guard let number = Int(text), number >= least else {
            throw .badRequest("\(name) must be a whole number from \(least)")
        }
        return number
    }
}

/// What a list can be sorted by, under its names of both shapes. Names are case-sensitive.
enum SortProperty: Sendable, Hashable {
    case id
    case record
    case column(String)
    case scoreType

    init?(named name: String) {
        switch name {
        case "_id": self = .id
        case "npsId": self = .record
        case "nps", "score": self = .column("score")
        case "npsDate", "dateAnswered": self = .column("dateAnswered")
        case "npsComment", "comment": self = .column("comment")
        case "email", "cId", "euId", "campaignId", "dateSent", "source", "sourceId": self = .column(name)
        case "scoreType": self = .scoreType
        default: return nil
        }
    }

    /// SQL made of constants only.
    func expression(_ readID: Behaviour.ReadID) -> String {
        switch self {
        case .id: readID == .record ? "id" : "coalesce(euId, id)"
        case .record: "id"
        case .column(let name): name
        case .scoreType: "CASE WHEN score <= 6 THEN 0 WHEN score <= 8 THEN 1 ELSE 2 END"
        }
    }
}
