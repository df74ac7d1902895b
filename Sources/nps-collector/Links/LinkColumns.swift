import Foundation
import NPSModel
import NPSPages
import NPSSurvey

/// Which columns of the contacts hold what a link needs.
struct LinkColumns {
    /// Why a row can't get a link: a sentence that quotes none of its values.
    struct Flaw: Error {
        let sentence: String
    }

    /// One row. Nil for an empty cell and a missing column.
    struct Contact {
        /// Unchecked.
        let email: String
        /// Nil also where it can't be used.
        var id: String?
        /// Nil also where Planhat can't have it.
        var campaignID: String?
        var companyID: String?
        /// Without what can't be a custom property.
        var custom: [String: JSONValue] = [:]
        var language: ContactLanguage?
        /// What is wrong with the row, although there is a link for it.
        var warnings: [String] = []
    }

    /// What the column `lang` says. An optional column never costs a person the link.
    enum ContactLanguage {
        case tag(Language)
        case unreadable

        /// Salesforce and others write `en_US`.
        init(_ text: String) {
            let tag = text.replacing("_", with: "-")
            self = LinkClaims.isLanguageTag(tag) ? .tag(Language(tag)) : .unreadable
        }
    }

    private let count: Int
    private let email: Int
    private let id: Int?
    private let campaignID: Int?
    private let companyID: Int?
    private let language: Int?
    private let custom: [(column: CustomColumn, place: Int)]
    /// The columns of an earlier link to replace, and of the part of it that didn't fit.
    let link: Int?
    let rest: Int?

    /// What tools and people call the column with the address. `email` itself takes precedence.
    private static let emailNames: Set = [
        "email", "emailaddress", "mail", "mailaddress", "useremail", "contactemail", "emailadresse", "mailadresse",
        "adresseemail", "adressemail", "adressedemessagerie", "adresseelectronique", "courriel", "correoelectronico",
        "direcciondecorreoelectronico", "indirizzoemail", "enderecodeemail", "emailadres", "epost", "epostadress",
        "epostadresse", "eposta", "adresemail", "email1value", "email1address",
    ]

    /// - Parameters:
    ///   - header: names in any case, with or without accents, spaces and punctuation.
    ///   - emailColumn: the name of the column with the address; nil to find it by what tools and people call it.
    ///   - custom: the columns that become custom properties.
    ///   - replacesLinks: whether there may be columns of links, to be replaced.
    init(
        _ header: [String],
        emailColumn: String? = nil,
        custom: [CustomColumn] = [],
        replacesLinks: Bool
    ) throws(LinkJob.Failure) {
        let names = header.map(Self.plain)
        for name in ["email", "id", "campaignid", "companyid", "lang", "link", "link2"] {
            let same = names.indices.filter { names[$0] == name }
            guard same.count > 1, name != "email" || emailColumn == nil else { continue }
            throw .sameColumn(header[same[0]], header[same[1]])
        }
        link = names.firstIndex(of: "link")
        rest = names.firstIndex(of: "link2")
        guard link == nil && rest == nil || replacesLinks else { throw .hasLinkColumn }
        let email = try Self.emailColumn(in: header, named: emailColumn)
        self.email = email
        count = header.count
        id = names.firstIndex(of: "id")
        campaignID = names.firstIndex(of: "campaignid")
        companyID = names.firstIndex(of: "companyid")
        language = names.firstIndex(of: "lang")
        var places: [(column: CustomColumn, place: Int)] = []
        for column in custom { places.append((column, try Self.place(of: column, in: header))) }
        self.custom = places
    }

    private static func place(of column: CustomColumn, in header: [String]) throws(LinkJob.Failure) -> Int {
        let exact = header.indices.filter { header[$0] == column.column }
        if exact.count == 1 { return exact[0] }
        let same = header.indices.filter { plain(header[$0]) == plain(column.column) }
        if same.count > 1 { throw .sameColumn(header[same[0]], header[same[1]]) }
        guard let place = same.first else {
            throw header.contains(where: hasAddress) ? .noHeader : .noCustomColumn(header, named: column.column)
        }
        return place
    }

    /// Without case, accents, white space and punctuation.
    private static func plain(_ name: String) -> String {
        name.folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
            .filter { $0.isLetter || $0.isNumber }
    }

    private static func emailColumn(in header: [String], named wanted: String?) throws(LinkJob.Failure) -> Int {
        let names = header.map(plain)
        // A refusal would name the columns.
        let hasHeader = !header.contains(where: hasAddress)
        if let wanted {
            let same = names.indices.filter { names[$0] == plain(wanted) }
            guard let first = header.firstIndex(of: wanted) ?? same.first else {
                throw hasHeader ? .noColumn(header, named: wanted) : .noHeader
            }
            guard header[first] == wanted || same.count == 1 else { throw .severalAddresses }
            return first
        }
        if let email = names.firstIndex(of: "email") { return email }
        let named = names.indices.filter { emailNames.contains(names[$0]) }
        guard let email = named.first else { throw hasHeader ? .noEmailColumn(header) : .noHeader }
        guard named.count == 1 else { throw .severalAddresses }
        return email
    }

    /// Whether a cell has something like an address in it, valid or not.
    private static func hasAddress(_ cell: String) -> Bool {
        cell.foldingFullWidth.split(whereSeparator: \.isWhitespace).contains { $0.dropFirst().dropLast().contains("@") }
    }

    /// The row with a cell for each column: exporters leave out empty cells at a row's end.
    func padded(_ row: [String]) -> [String] {
        row + Array(repeating: "", count: max(0, count - row.count))
    }

    /// - Parameter row: ``padded(_:)``.
    func hasLink(in row: [String]) -> Bool { link.map { !row[$0].trimmingInvisible.isEmpty } ?? false }

    /// What the link in the row says, however old it is; nil for none that these keys open.
    ///
    /// - Parameter row: ``padded(_:)``.
    func claims(in row: [String], _ keys: LinkKeys) -> LinkClaims? {
        guard row.count == count, let link else { return nil }
        let address = row[link].trimmingInvisible + (rest.map { row[$0].trimmingInvisible } ?? "")
        guard let segment = address.split(separator: "/").last else { return nil }
        return try? keys.open(LinkKeys.token(inSegment: String(segment)), at: .distantPast)
    }

    /// - Parameter row: ``padded(_:)``.
    func contact(in row: [String]) throws(Flaw) -> Contact {
        guard row.count == count else {
            throw Flaw(sentence: "has \(row.count) columns, but the first line names \(count)")
        }
        func text(_ column: Int?) -> String? {
            guard let column else { return nil }
            let text = Self.withoutTextMark(row[column].trimmingInvisible)
            return text.isEmpty ? nil : text
        }
        let email = text(email) ?? ""
        guard !Self.isDamaged(email) else { throw Flaw(sentence: "has an email that is not UTF-8") }
        var contact = Contact(email: email, language: text(language).map(ContactLanguage.init))
        if row.contains(where: Self.isDamaged) {
            contact.warnings.append("is not UTF-8; each character that can't be read is written as \u{fffd}")
        }
        contact.setID(text(id))
        contact.setCampaignID(text(campaignID))
        contact.setCompanyID(text(companyID))
        for (column, place) in custom { contact.set(column, to: text(place)) }
        return contact
    }

    /// Whether some of the cell's bytes were no text.
    static func isDamaged(_ cell: String) -> Bool { cell.unicodeScalars.contains("\u{fffd}") }

    /// Exporters put an apostrophe in front of what a spreadsheet must take for text; it is not part of the value.
    private static func withoutTextMark(_ cell: String) -> String {
        cell.hasPrefix("'") ? String(cell.dropFirst()) : cell
    }
}

/// An optional column never costs a person the link: what can't be used is left out, with a warning.
extension LinkColumns.Contact {
    fileprivate mutating func setID(_ text: String?) {
        guard let text else { return }
        if LinkClaims.isIdentifier(text), !LinkColumns.isDamaged(text) {
            id = text
        } else {
            warnings.append(
                "id must be at most \(LinkClaims.Limit.identifier) bytes of text; the link has none, and is an answer of its own"
            )
        }
    }

    fileprivate mutating func setCampaignID(_ text: String?) {
        guard let text else { return }
        if PlanhatReference.campaign.admits(text), LinkClaims.isIdentifier(text) {
            campaignID = text
        } else {
            warnings.append("campaignId \(PlanhatReference.campaign.rule); the link has none")
        }
    }

    fileprivate mutating func setCompanyID(_ text: String?) {
        guard let text else { return }
        if PlanhatReference.company.admits(text), LinkClaims.isIdentifier(text), !LinkColumns.isDamaged(text) {
            companyID = text
        } else {
            warnings.append("companyId \(PlanhatReference.company.rule); the link has none")
        }
    }

    fileprivate mutating func set(_ column: CustomColumn, to text: String?) {
        guard let text else { return }
        if let value = column.value(text), !LinkColumns.isDamaged(text) {
            custom[column.property] = value
        } else {
            warnings.append("\(column.column) \(column.rule); the link has none")
        }
    }

    /// Leaves out the optional part that is missed least, with a warning; false when there is none left.
    mutating func shorten() -> Bool {
        let part: String
        if !custom.isEmpty {
            (custom, part) = ([:], "custom properties")
        } else if companyID != nil {
            (companyID, part) = (nil, "companyId")
        } else if campaignID != nil {
            (campaignID, part) = (nil, "campaignId")
        } else if id != nil {
            (id, part) = (nil, "id")
        } else {
            return false
        }
        warnings.append("the link would be too long, so it has no \(part)")
        return true
    }
}
