/// Where in a row of contacts the things are that a link needs.
struct LinkColumns {
    /// What keeps a row from getting a link; a sentence without any of its values.
    struct Flaw: Error {
        let sentence: String
    }

    /// One row, unchecked. Nil for an empty cell and a missing column.
    struct Contact {
        let email: String
        let id: String?
        let campaignID: String?
        let companyID: String?
        let language: String?
    }

    private let count: Int
    private let email: Int
    private let id: Int?
    private let campaignID: Int?
    private let companyID: Int?
    private let language: Int?
    /// Where a link stands already that is to be replaced.
    let link: Int?

    /// What tools and people call the column with the address.
    private static let emailNames = ["email", "emailaddress", "mail"]

    /// - Parameters:
    ///   - header: names in any case, with or without spaces, hyphens and underscores.
    ///   - replacesLinks: whether there may be links already.
    init(_ header: [String], replacesLinks: Bool) throws(LinkJob.Failure) {
        let names = header.map { name in name.lowercased().filter { !" -_".contains($0) } }
        for name in ["email", "id", "campaignid", "companyid", "lang", "link"]
        where names.count(where: { $0 == name }) > 1 {
            throw .sameColumn
        }
        link = names.firstIndex(of: "link")
        guard link == nil || replacesLinks else { throw .hasLinkColumn }
        guard let email = Self.emailNames.lazy.compactMap(names.firstIndex).first else { throw .noEmailColumn }
        self.email = email
        count = header.count
        id = names.firstIndex(of: "id")
        campaignID = names.firstIndex(of: "campaignid")
        companyID = names.firstIndex(of: "companyid")
        language = names.firstIndex(of: "lang")
    }

    func contact(in row: [String]) throws(Flaw) -> Contact {
        guard row.count == count else {
            throw Flaw(sentence: "has \(row.count) columns, but the first line names \(count)")
        }
        guard !row.contains(where: { $0.unicodeScalars.contains("\u{fffd}") }) else {
            throw Flaw(sentence: "is not UTF-8")
        }
        func text(_ column: Int?) -> String? {
            guard let column, !row[column].isEmpty else { return nil }
            return row[column]
        }
        return Contact(
            email: row[email],
            id: text(id),
            campaignID: text(campaignID),
            companyID: text(companyID),
            language: text(language)
        )
    }
}
