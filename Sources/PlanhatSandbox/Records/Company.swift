import GRDB

/// A company of the sandbox: addresses of its domains belong to it.
package struct Company: Sendable, Hashable {
    /// 24 hex digits.
    package let id: String
    package let name: String
    /// In lower case; Planhat calls them related domains.
    package let domains: [String]

    package init(id: String, name: String, domains: [String]) {
        self.id = id
        self.name = name
        self.domains = domains
    }

    /// The companies of a fresh sandbox, on the domains that RFC 2606 reserves for examples.
    package static let examples = [
        Company(id: "5f3bc3ef0000000000000c01", name: "Example Commerce", domains: ["example.com"]),
        Company(id: "5f3bc3ef0000000000000c02", name: "Example Foundation", domains: ["example.org"]),
        Company(id: "5f3bc3ef0000000000000c03", name: "Example Networks", domains: ["example.net"]),
    ]
}

extension Company {
    /// Adds the company or takes over its new name; a domain belongs to the company that named it last.
    func save(to db: Database) throws {
        try db.execute(
            sql: "INSERT INTO companies (id, name) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
            arguments: [id, name]
        )
        for domain in domains {
            try db.execute(
                sql: "INSERT OR REPLACE INTO domains (domain, cId) VALUES (?, ?)",
                arguments: [domain.lowercased(), id]
            )
        }
    }
}

/// A contact of a company, made when the first record with the address comes in.
struct Enduser: Sendable, Hashable, Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "endusers"

    let id: String
    /// In lower case: case differences don't make another person.
    let email: String
    let cId: String
}
