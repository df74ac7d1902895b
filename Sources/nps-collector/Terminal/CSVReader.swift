/// Reads CSV as RFC 4180 describes it: quoted cells may hold commas, line breaks and doubled quotes.
enum CSVReader {
    enum Failure: Error, CustomStringConvertible {
        case unclosedQuote(line: Int)
        case textAfterQuote(line: Int)

        var description: String {
            switch self {
            case .unclosedQuote(let line): "the quote opened in line \(line) is never closed"
            case .textAfterQuote(let line): "in line \(line) text follows a closing quote"
            }
        }
    }

    /// All rows, the header among them; empty lines are left out. Line breaks are LF, CRLF or CR.
    static func rows(_ text: String) throws(Failure) -> [[String]] {
        var reader = Reader()
        for byte in text.utf8.starts(with: [0xef, 0xbb, 0xbf]) ? text.utf8.dropFirst(3) : text.utf8[...] {
            try reader.read(byte)
        }
        return try reader.end()
    }

    private struct Reader {
        private enum State {
            case plain
            case quoted
            case closed
        }

        private var state = State.plain
        private var cell: [UInt8] = []
        private var row: [String] = []
        private var rows: [[String]] = []
        private var line = 1
        private var openedAt = 1

        mutating func read(_ byte: UInt8) throws(Failure) {
            if byte == UInt8(ascii: "\n") { line += 1 }
            switch (state, byte) {
            case (.quoted, UInt8(ascii: "\"")): state = .closed
            case (.quoted, _): cell.append(byte)
            case (.closed, UInt8(ascii: "\"")):
                cell.append(byte)
                state = .quoted
            case (_, UInt8(ascii: ",")): endCell()
            case (_, UInt8(ascii: "\n")), (_, UInt8(ascii: "\r")): endRow()
            case (.closed, _): throw .textAfterQuote(line: line)
            case (.plain, UInt8(ascii: "\"")) where cell.isEmpty:
                state = .quoted
                openedAt = line
            case (.plain, _): cell.append(byte)
            }
        }

        mutating func end() throws(Failure) -> [[String]] {
            if state == .quoted { throw .unclosedQuote(line: openedAt) }
            endRow()
            return rows
        }

        private mutating func endCell() {
            row.append(String(decoding: cell, as: UTF8.self))
            cell = []
            state = .plain
        }

        private mutating func endRow() {
            endCell()
            if row != [""] { rows.append(row) }
            row = []
        }
    }
}
