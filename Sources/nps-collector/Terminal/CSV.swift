import NPSModel

/// Reads CSV as RFC 4180 describes it, byte by byte: quoted cells may hold separators, line breaks and doubled quotes.
/// It keeps no more than the current row. After an error, ``surrenderLine()`` lets the caller continue on the next
/// line.
struct CSVReader {
    enum Failure: Error, CustomStringConvertible {
        case unclosedQuote(line: Int)
        case textAfterQuote(line: Int)
        case rowTooLong(line: Int)

        var description: String {
            switch self {
            case .unclosedQuote(let line): "the quote opened in line \(line) is never closed"
            case .textAfterQuote(let line): "in line \(line) text follows a closing quote"
            case .rowTooLong(let line): "the row that begins in line \(line) has no end; a quote may not be closed"
            }
        }

        /// The same without the line, for a sentence that names it already.
        var flaw: String {
            switch self {
            case .unclosedQuote: "has a quote that is never closed"
            case .textAfterQuote: "has text after a closing quote"
            case .rowTooLong: "has no end; a quote may not be closed"
            }
        }
    }

    private enum State {
        case plain
        case quoted
        case closed
        /// In the rest of a line that was given up.
        case surrendered
    }

    private let separator: UInt8
    private let rowLimit: Int
    private var state = State.plain
    private var cell: [UInt8] = []
    private var row: [[UInt8]] = []
    private var decoder: CellDecoder
    /// The current row as it was read.
    private var raw: [UInt8] = []
    private var line = 1
    private var openedAt = 1
    private var begunAt = 1
    /// The line in which the last row that was returned begins.
    private(set) var rowLine = 1

    /// - Parameters:
    ///   - rowLimit: the longest row, in bytes
    ///   - decoder: how bytes become text.
    init(separator: UInt8 = UInt8(ascii: ","), rowLimit: Int = 1 << 20, decoder: CellDecoder = CellDecoder()) {
        self.separator = separator
        self.rowLimit = rowLimit
        self.decoder = decoder
    }

    /// See ``CellDecoder/isWindows1252``.
    var isWindows1252: Bool { decoder.isWindows1252 }

    /// All rows, the header among them; empty lines are left out. Line breaks are LF, CRLF or CR.
    static func rows(_ text: String) throws(Failure) -> [[String]] {
        var reader = CSVReader()
        var rows: [[String]] = []
        for byte in text.utf8.starts(with: [0xef, 0xbb, 0xbf]) ? text.utf8.dropFirst(3) : text.utf8[...] {
            if let row = try reader.read(byte) { rows.append(row) }
        }
        if let row = try reader.end() { rows.append(row) }
        return rows
    }

    /// The row that ends with this byte, if one does.
    mutating func read(_ byte: UInt8) throws(Failure) -> [String]? {
        if byte == UInt8(ascii: "\n") { line += 1 }
        raw.append(byte)
        guard raw.count <= rowLimit else { throw .rowTooLong(line: begunAt) }
        switch (state, byte) {
        case (.surrendered, UInt8(ascii: "\n")), (.surrendered, UInt8(ascii: "\r")):
            state = .plain
            begunAt = line
            raw.removeAll(keepingCapacity: true)
        case (.surrendered, _): raw.removeAll(keepingCapacity: true)
        case (.quoted, UInt8(ascii: "\"")): state = .closed
        case (.quoted, _): cell.append(byte)
        case (.closed, UInt8(ascii: "\"")):
            cell.append(byte)
            state = .quoted
        case (_, separator): endCell()
        case (_, UInt8(ascii: "\n")), (_, UInt8(ascii: "\r")): return endRow()
        case (.closed, _): throw .textAfterQuote(line: line)
        case (.plain, UInt8(ascii: "\"")) where cell.isEmpty:
            state = .quoted
            openedAt = line
        case (.plain, _): cell.append(byte)
        }
        return nil
    }

    /// The last row, when no line break ends it.
    mutating func end() throws(Failure) -> [String]? {
        if state == .quoted { throw .unclosedQuote(line: openedAt) }
        return endRow()
    }

    /// After an error: gives up the first line of the current row, and returns what was read after it, to be read
    /// again. ``rowLine`` is that line.
    mutating func surrenderLine() -> ArraySlice<UInt8> {
        let end = raw.firstIndex(of: UInt8(ascii: "\n")) ?? raw.firstIndex(of: UInt8(ascii: "\r"))
        let rest = end.map { raw[($0 + 1)...] } ?? []
        rowLine = begunAt
        line = begunAt + (end == nil ? 0 : 1)
        begunAt = line
        (raw, cell, row, state) = ([], [], [], end == nil ? .surrendered : .plain)
        return rest
    }

    private mutating func endCell() {
        row.append(cell)
        cell.removeAll(keepingCapacity: true)
        state = .plain
    }

    private mutating func endRow() -> [String]? {
        endCell()
        rowLine = begunAt
        begunAt = line
        raw.removeAll(keepingCapacity: true)
        defer { row = [] }
        return row == [[]] ? nil : decoder.text(of: row)
    }
}

/// One cell of a CSV file (RFC 4180).
enum CSVCell {
    /// Quoted where it must be. A cell that a spreadsheet would run as a formula gets an apostrophe in front: what
    /// people type into a survey must stay text. Spreadsheets in Japanese take full-width signs as well.
    static func quoted(_ text: String) -> String {
        // Not the first character, of which a combining mark or a line feed may be a part.
        guard let first = text.unicodeScalars.first, "=+-@\t\r\n＝＋－＠".unicodeScalars.contains(first) else {
            return verbatim(text)
        }
        return verbatim("'" + text)
    }

    /// Quoted where it must be and otherwise as it is: for what came out of a CSV file and goes back into one.
    static func verbatim(_ text: String, separator: UInt8 = UInt8(ascii: ",")) -> String {
        let needsQuotes = text.utf8.contains {
            $0 == separator || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
        }
        guard needsQuotes else { return text }
        return "\"" + text.replacing(byte: UInt8(ascii: "\""), with: "\"\"") + "\""
    }
}
