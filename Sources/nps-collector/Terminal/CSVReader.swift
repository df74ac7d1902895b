/// Reads CSV as RFC 4180 describes it, byte by byte: quoted cells may hold separators, line breaks and doubled quotes.
/// It keeps no more than the row at hand.
struct CSVReader {
    enum Failure: Error, CustomStringConvertible {
        case unclosedQuote(line: Int)
        case textAfterQuote(line: Int)
        case rowTooLong(line: Int)

        var description: String {
            switch self {
            case .unclosedQuote(let line): "the quote opened in line \(line) is never closed"
            case .textAfterQuote(let line): "in line \(line) text follows a closing quote"
            case .rowTooLong(let line):
                "the row that begins in line \(line) is longer than a mebibyte; a quote may not be closed"
            }
        }
    }

    private enum State {
        case plain
        case quoted
        case closed
    }

    private static let rowLimit = 1 << 20

    private let separator: UInt8
    private var state = State.plain
    private var cell: [UInt8] = []
    private var row: [String] = []
    private var rowBytes = 0
    private var line = 1
    private var openedAt = 1
    private var begunAt = 1
    /// The line in which the last row that was returned begins.
    private(set) var rowLine = 1

    init(separator: UInt8 = UInt8(ascii: ",")) {
        self.separator = separator
    }

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
        rowBytes += 1
        guard rowBytes <= Self.rowLimit else { throw .rowTooLong(line: begunAt) }
        switch (state, byte) {
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

    private mutating func endCell() {
        row.append(String(decoding: cell, as: UTF8.self))
        cell.removeAll(keepingCapacity: true)
        state = .plain
    }

    private mutating func endRow() -> [String]? {
        endCell()
        rowLine = begunAt
        begunAt = line
        rowBytes = 0
        defer { row = [] }
        return row == [""] ? nil : row
    }
}
