import GRDB

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
