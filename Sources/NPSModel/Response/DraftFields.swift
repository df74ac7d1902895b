/// The members of a draft by their names, found in one walk over what was received.
struct DraftFields {
    private(set) var id: JSONValue?
    private(set) var email: JSONValue?
    private(set) var score: JSONValue?
    private(set) var comment: JSONValue?
    private(set) var answeredAt: JSONValue?
    private(set) var sentAt: JSONValue?
    private(set) var updatedAt: JSONValue?
    private(set) var campaignID: JSONValue?
    private(set) var companyID: JSONValue?
    private(set) var custom: JSONValue?
    /// How many members have another name.
    private(set) var unknown = 0

    /// All names, for people.
    static let names = [
        "answeredAt", "campaignId", "comment", "companyId", "custom", "email", "id", "score", "sentAt", "updatedAt",
    ]

    init(_ members: [String: JSONValue]) {
        for (name, value) in members {
            switch name {
            case "id": id = value
            case "email": email = value
            case "score": score = value
            case "comment": comment = value
            case "answeredAt": answeredAt = value
            case "sentAt": sentAt = value
            case "updatedAt": updatedAt = value
            case "campaignId": campaignID = value
            case "companyId": companyID = value
            case "custom": custom = value
            default: unknown += 1
            }
        }
    }
}
