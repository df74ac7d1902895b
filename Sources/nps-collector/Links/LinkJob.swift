import Foundation
import NPSModel
import NPSSurvey

/// Adds links to contacts, row by row; it never holds more than a row and a piece of output.
struct LinkJob {
    enum Failure: Error, CustomStringConvertible {
        /// With the names of the columns that are there.
        case noEmailColumn([String])
        /// The first line is a contact, whose data must not be shown.
        case noHeader
        case noColumn([String], named: String)
        case noCustomColumn([String], named: String)
        /// With the two names, which differ in case, accents, spaces or punctuation at most.
        case sameColumn(String, String)
        case severalAddresses
        case hasLinkColumn
        case utf16
        case unreadable(CSVReader.Failure)
        case empty

        var description: String {
            switch self {
            case .noEmailColumn(let names):
                "The contacts have no column named email: name it in the first line, or give --email-column NAME. "
                    + Self.list(names)
            case .noColumn(let names, let wanted):
                "The contacts have no column named \(wanted), as --email-column says. " + Self.list(names)
            case .noCustomColumn(let names, let wanted):
                "The contacts have no column named \(wanted), as --custom says. " + Self.list(names)
            case .noHeader:
                "The first line of the contacts is no header, for it has an address: put a line with the names of the columns "
                    + "above it, such as email."
            case .sameColumn(let first, let second):
                "The contacts have two columns that are taken for the same, \(Self.shown(first)) and \(Self.shown(second)): "
                    + "rename one in the first line."
            case .severalAddresses:
                "The contacts have several columns with addresses: name the one to use email, or give --email-column NAME."
            case .hasLinkColumn:
                "The contacts already have a column named link or link2: rename it, or give --replace to replace its links."
            case .utf16: "The contacts are UTF-16, as Unicode text of a spreadsheet is: save them as CSV in UTF-8."
            case .unreadable(let problem): "The contacts are not readable as CSV: \(problem)."
            case .empty: "There are no contacts: give a CSV file with a column named email on standard input."
            }
        }

        /// Without control characters, and no longer than half a line.
        private static func shown(_ name: String) -> String {
            let printable = name.trimmingInvisible.unicodeScalars.filter { $0.properties.generalCategory != .control }
            return String(printable.prefix(40))
        }

        /// No longer than a few lines.
        private static func list(_ names: [String]) -> String {
            "Its columns are: " + names.prefix(20).map(shown).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
                + "."
        }
    }

    /// What a text field of Mailchimp holds, in bytes; it cuts off the rest (its help on the format of import files).
    static let fieldLimit = 255
    /// How many ids are remembered, so that memory stays small however long the list is.
    private static let idLimit = 1_000_000

    private let minting: LinkMinting
    private let emailColumn: String?
    private let custom: [CustomColumn]
    private let replacesLinks: Bool
    private let splitsLinks: Bool
    private let byBytes: Bool
    private var bar: ProgressBar
    private var contacts = ContactReader()
    private var writer: CSVWriter
    private var columns: LinkColumns?
    /// The warning about Windows-1252 is given.
    private var hasToldEncoding = false
    /// Hashes of the ids so far.
    private var ids: Set<Int> = []
    /// Rows that got no link.
    private(set) var skipped = 0
    /// Rows that got one.
    private(set) var links = 0
    private var longLinks = 0

    /// - Parameters:
    ///   - emailColumn: the name of the column with the address; nil to find it.
    ///   - custom: the columns that become custom properties.
    ///   - replacesLinks: whether to replace links that are already there
    ///   - splitsLinks: whether the part of a link beyond ``fieldLimit`` goes to a column `link2`.
    ///   - total: the input's size in bytes; nil when it is unknown.
    init(
        minting: LinkMinting,
        emailColumn: String? = nil,
        custom: [CustomColumn] = [],
        replacesLinks: Bool = false,
        splitsLinks: Bool = false,
        total: Int?,
        bar: ProgressBar? = nil,
        write: @escaping (Data) -> Void = Output.write
    ) {
        self.minting = minting
        self.emailColumn = emailColumn
        self.custom = custom
        self.replacesLinks = replacesLinks
        self.splitsLinks = splitsLinks
        writer = CSVWriter(write)
        byBytes = total != nil
        self.bar = bar ?? ProgressBar(title: "Reading contacts", total: total, unit: total == nil ? "" : "bytes")
    }

    mutating func read(_ chunk: some Collection<UInt8>) throws {
        for row in try contacts.read(chunk) { try take(row) }
        if byBytes { bar.advance(by: chunk.count) }
    }

    mutating func end() throws {
        for row in try contacts.end() { try take(row) }
        guard columns != nil else { throw Failure.empty }
        writer.flush()
        bar.finish()
        bar.say(summary)
        if longLinks > 0 {
            bar.say(
                "\(longLinks) of \(links) links are longer than \(Self.fieldLimit) bytes. Mailchimp cuts such a field off, and the "
                    + "links won't work: for Mailchimp give --split, to links and to links email."
            )
        }
    }

    /// What became of the rows.
    private var summary: String {
        let written = links == 1 ? "1 link written" : "\(links) links written"
        switch skipped {
        case 0: return written + "."
        case 1: return written + ", 1 row left out."
        default: return written + ", \(skipped) rows left out."
        }
    }

    /// Says once that the contacts are Windows-1252.
    private mutating func tellEncoding() {
        guard contacts.isWindows1252, !hasToldEncoding else { return }
        hasToldEncoding = true
        bar.say("The contacts are not UTF-8: they are read as Windows-1252 and written as UTF-8.")
        // The spreadsheet that wrote the file needs it to recognise UTF-8.
        writer.mark()
    }

    private mutating func take(_ row: ContactReader.Row) throws {
        tellEncoding()
        let cells: [String]
        switch row.cells {
        case .success(let read): cells = read
        case .failure(let failure): return leaveOut(row.line, failure.flaw)
        }
        guard let columns else { return try begin(cells) }
        let padded = columns.padded(cells)
        do throws(LinkColumns.Flaw) {
            var contact = try columns.contact(in: padded)
            let link = try minting.link(for: &contact)
            warn(of: contact, inLine: row.line)
            put(padded, link: link)
        } catch {
            leaveOut(row.line, error.sentence)
        }
        if !byBytes { bar.advance(by: 1) }
    }

    private mutating func begin(_ header: [String]) throws {
        columns = try LinkColumns(header, emailColumn: emailColumn, custom: custom, replacesLinks: replacesLinks)
        writer.separator = contacts.separator
        // Written again, because without it spreadsheets take UTF-8 for something else.
        if contacts.hasMark { writer.mark() }
        put(header, link: nil)
    }

    private mutating func leaveOut(_ line: Int, _ flaw: String) {
        skipped += 1
        bar.say("line \(line) left out: \(flaw)")
    }

    /// Warns of rows that get a link and may still not do what was meant.
    private mutating func warn(of contact: LinkColumns.Contact, inLine line: Int) {
        for warning in contact.warnings { bar.say("line \(line): \(warning)") }
        if let id = contact.id, ids.count < Self.idLimit {
            let isNew = ids.insert([id, contact.email.lowercased()].hashValue).inserted
            if !isNew {
                bar.say(
                    "line \(line): has the id and address of an earlier line; both links change the same answer"
                )
            }
        }
        switch contact.language {
        case .tag(let language) where !minting.speaks(language):
            bar.say("line \(line): there is no form in this lang; the browser's language will be used")
        case .unreadable:
            bar.say(
                "line \(line): lang is no language tag such as de or pt-BR; the browser's language will be used"
            )
        case .tag, nil: break
        }
    }

    /// - Parameter link: nil for the header.
    private mutating func put(_ row: [String], link: String?) {
        var row = row
        if let link {
            links += 1
            let isLong = link.utf8.count > Self.fieldLimit
            if isLong, !splitsLinks { longLinks += 1 }
            let first = splitsLinks ? link.prefix(Self.fieldLimit) : link[...]
            fill(&row, at: columns?.link, String(first))
            if splitsLinks || columns?.rest != nil { fill(&row, at: columns?.rest, String(link[first.endIndex...])) }
        } else {
            if columns?.link == nil { row.append("link") }
            if splitsLinks, columns?.rest == nil { row.append("link2") }
        }
        writer.put(row)
    }

    private func fill(_ row: inout [String], at place: Int?, _ text: String) {
        if let place { row[place] = text } else { row.append(text) }
    }
}
