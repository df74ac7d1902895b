import NPSModel

/// Reads a list of contacts row by row, in whatever form spreadsheets and exporters write CSV: with commas, semicolons or
/// tabs, with a byte order mark, in UTF-8 or Windows-1252, and with broken rows among the others.
struct ContactReader {
    /// One row, the header first; or why one can't be read.
    struct Row {
        /// In which it begins.
        let line: Int
        let cells: Result<[String], CSVReader.Failure>
    }

    /// The longest row, in bytes: a longer one has a quote that was never closed.
    private static let rowLimit = 1 << 16
    static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

    /// The input up to the end of the first line, which tells the separator; nil after that.
    private var opening: [UInt8]? = []
    private var reader = CSVReader()
    private var hasHeader = false
    private(set) var separator = UInt8(ascii: ",")
    /// It began with a byte order mark.
    private(set) var hasMark = false

    /// See ``CellDecoder/isWindows1252``.
    var isWindows1252: Bool { reader.isWindows1252 }

    /// The rows that end in the next piece of the input.
    mutating func read(_ chunk: some Collection<UInt8>) throws(LinkJob.Failure) -> [Row] {
        guard let begun = opening else { return try rows(in: Array(chunk)) }
        let bytes = begun + chunk
        guard bytes.count >= 65_536 || bytes.contains(where: Self.endsLine) else {
            opening = bytes
            return []
        }
        return try open(bytes)
    }

    /// The rows that are left at the end.
    mutating func end() throws(LinkJob.Failure) -> [Row] {
        var rows = try opening.map { begun throws(LinkJob.Failure) in try open(begun) } ?? []
        while true {
            do throws(CSVReader.Failure) {
                if let cells = try reader.end() { add(cells, to: &rows) }
                return rows
            } catch {
                let rest = try skip(error, noting: &rows)
                rows += try self.rows(in: Array(rest))
            }
        }
    }

    private mutating func open(_ bytes: [UInt8]) throws(LinkJob.Failure) -> [Row] {
        opening = nil
        if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) { throw .utf16 }
        hasMark = bytes.starts(with: Self.byteOrderMark)
        var text = hasMark ? bytes.dropFirst(3) : bytes[...]
        let first = text.prefix { !Self.endsLine($0) }
        // Spreadsheets name the separator like this; it counts as a line, and the header follows.
        if first.count == 5, first.starts(with: "sep=".utf8), let named = first.last {
            separator = named
            text = text.dropFirst(5)
        } else {
            separator = Self.separator(in: first)
        }
        let decoder = CellDecoder(isUTF8: hasMark)
        reader = CSVReader(separator: separator, rowLimit: Self.rowLimit, decoder: decoder)
        return try rows(in: Array(text))
    }

    private static func endsLine(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    /// The most frequent one in the header; spreadsheets in much of Europe write semicolons.
    private static func separator(in header: ArraySlice<UInt8>) -> UInt8 {
        let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
        let counted = candidates.map { candidate in (candidate, header.count { $0 == candidate }) }
        return counted.reduce(counted[0]) { $1.1 > $0.1 ? $1 : $0 }.0
    }

    private mutating func rows(in bytes: [UInt8]) throws(LinkJob.Failure) -> [Row] {
        var rows: [Row] = []
        var bytes = bytes[...]
        while let byte = bytes.popFirst() {
            do throws(CSVReader.Failure) {
                if let cells = try reader.read(byte) { add(cells, to: &rows) }
            } catch {
                bytes = try skip(error, noting: &rows) + bytes
            }
        }
        return rows
    }

    private mutating func add(_ cells: [String], to rows: inout [Row]) {
        // Spreadsheets write a line of separators for each row that was ever used.
        guard !cells.allSatisfy({ $0.trimmingInvisible.isEmpty }) else { return }
        hasHeader = true
        rows.append(Row(line: reader.rowLine, cells: .success(cells)))
    }

    /// Notes the line in which a broken row begins, and returns what follows that line.
    private mutating func skip(
        _ failure: CSVReader.Failure,
        noting rows: inout [Row]
    ) throws(LinkJob.Failure) -> ArraySlice<UInt8> {
        guard hasHeader else { throw .unreadable(failure) }
        let rest = reader.surrenderLine()
        rows.append(Row(line: reader.rowLine, cells: .failure(failure)))
        return rest
    }
}
