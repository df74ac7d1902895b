import GRDB

/// A contact of a company, made when the first record with the address comes in.
struct Enduser: Sendable, Hashable, Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "endusers"

    let id: String
    /// In lower case: case differences don't make another person.
    let email: String
    let cId: String
}
