import Foundation
import NPSSurvey

/// Turns contacts into contacts with links, row by row; it never holds more than a row and a piece of output.
struct LinkJob {
    enum Failure: Error, CustomStringConvertible {
        case noEmailColumn
        case sameColumn
        case hasLinkColumn
        case empty

        var description: String {
            switch self {
            case .noEmailColumn: "The contacts have no column named email: name it in the first line."
            case .sameColumn: "The contacts have two columns of the same name: rename one in the first line."
            case .hasLinkColumn: "The contacts have a column named link already: remove or rename it."
            case .empty: "There are no contacts: give a CSV file with a column named email on standard input."
            }
        }
    }

    private let minting: LinkMinting
    private let write: (Data) -> Void
    private let byBytes: Bool
    private var bar: ProgressBar
    /// What came before the end of the first line, which tells the separator.
    private var opening: [UInt8]? = []
    private var separator = UInt8(ascii: ",")
    private var reader = CSVReader()
    private var columns: LinkColumns?
    private var output: [UInt8] = []
    /// Rows that got no link.
    private(set) var skipped = 0

    /// - Parameter total: the input's size in bytes; nil when it isn't known.
    init(
        minting: LinkMinting,
        total: Int?,
        bar: ProgressBar? = nil,
        write: @escaping (Data) -> Void = Output.write
    ) {
        self.minting = minting
        self.write = write
        byBytes = total != nil
        self.bar = bar ?? ProgressBar(title: total == nil ? "contacts" : "bytes of contacts", total: total)
    }

    mutating func read(_ chunk: some Collection<UInt8>) throws {
        if let begun = opening {
            let bytes = begun + chunk
            guard bytes.count >= 65_536 || bytes.contains(where: Self.endsLine) else {
                opening = bytes
                return
            }
            try open(bytes)
        } else {
            try take(Array(chunk))
        }
        if byBytes { bar.advance(by: chunk.count) }
    }

    mutating func end() throws {
        if let begun = opening { try open(begun) }
        if let row = try reader.end() { try take(row) }
        guard columns != nil else { throw Failure.empty }
        flush()
        bar.finish()
    }

    private mutating func open(_ bytes: [UInt8]) throws {
        opening = nil
        let text = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes.dropFirst(3) : bytes[...]
        separator = Self.separator(in: text.prefix { !Self.endsLine($0) })
        reader = CSVReader(separator: separator)
        try take(Array(text))
    }

    private static func endsLine(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    /// The one that occurs most in the header; spreadsheets in much of Europe write semicolons.
    private static func separator(in header: ArraySlice<UInt8>) -> UInt8 {
        let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
        let counted = candidates.map { candidate in (candidate, header.count { $0 == candidate }) }
        return counted.reduce(counted[0]) { $1.1 > $0.1 ? $1 : $0 }.0
    }

    private mutating func take(_ bytes: [UInt8]) throws {
        for byte in bytes {
            if let row = try reader.read(byte) { try take(row) }
        }
    }

    private mutating func take(_ row: [String]) throws {
        guard let columns else {
            columns = try LinkColumns(row)
            put(row, "link")
            return
        }
        do throws(LinkColumns.Flaw) {
            put(row, try minting.link(for: try columns.contact(in: row)))
        } catch {
            skipped += 1
            bar.say("line \(reader.rowLine): \(error.sentence)")
        }
        if !byBytes { bar.advance(by: 1) }
    }

    private mutating func put(_ row: [String], _ link: String) {
        for cell in row {
            output += CSVCell.verbatim(cell, separator: separator).utf8
            output.append(separator)
        }
        output += link.utf8
        output.append(UInt8(ascii: "\n"))
        if output.count >= 65_536 { flush() }
    }

    private mutating func flush() {
        write(Data(output))
        output.removeAll(keepingCapacity: true)
    }
}
