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

    /// - Parameter header: names in any case.
    init(_ header: [String]) throws(LinkJob.Failure) {
        let names = header.map { name in String(name.lowercased().split(separator: " ").joined(separator: " ")) }
        let used = ["email", "id", "campaignid", "companyid", "lang", "link"]
        for name in used where names.count(where: { $0 == name }) > 1 { throw .sameColumn }
        guard !names.contains("link") else { throw .hasLinkColumn }
        guard let email = names.firstIndex(of: "email") else { throw .noEmailColumn }
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
