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
