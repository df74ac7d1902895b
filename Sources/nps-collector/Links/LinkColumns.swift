/// Which columns of the contacts hold what a link needs.
struct LinkColumns {
    /// Why a row can't get a link: a sentence that quotes none of its values.
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
    /// The columns of an earlier link to replace, and of the part of it that didn't fit.
    let link: Int?
    let rest: Int?

    /// What tools and people call the column with the address. `email` itself takes precedence.
    private static let emailNames = ["email", "emailaddress", "mail"]

    /// - Parameters:
    ///   - header: names in any case, with or without spaces, hyphens and underscores.
    ///   - replacesLinks: whether there may be columns of links, to be replaced.
    init(_ header: [String], replacesLinks: Bool) throws(LinkJob.Failure) {
        let names = header.map { name in name.lowercased().filter { !" -_".contains($0) } }
        for name in ["email", "id", "campaignid", "companyid", "lang", "link", "link2"]
        where names.count(where: { $0 == name }) > 1 {
            throw .sameColumn
        }
        link = names.firstIndex(of: "link")
        rest = names.firstIndex(of: "link2")
        guard link == nil && rest == nil || replacesLinks else { throw .hasLinkColumn }
        let named = names.indices.filter { Self.emailNames.contains(names[$0]) }
        guard let email = names.firstIndex(of: "email") ?? named.first else { throw .noEmailColumn }
        guard names[email] == "email" || named.count == 1 else { throw .severalAddresses }
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
