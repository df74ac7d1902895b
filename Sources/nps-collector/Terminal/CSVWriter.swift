import Foundation

/// Writes CSV row by row; it never holds more than a piece of it.
struct CSVWriter {
    private static let pieceSize = 65_536

    /// In bytes.
    var separator = UInt8(ascii: ",")
    private let write: (Data) -> Void
    private var output: [UInt8] = []
    private var hasWritten = false

    init(_ write: @escaping (Data) -> Void) {
        self.write = write
    }

    /// Puts a byte order mark in front of what is written, by which spreadsheets recognise UTF-8; too late once something
    /// was passed on.
    mutating func mark() {
        if !hasWritten { output = ContactReader.byteOrderMark + output }
    }

    mutating func put(_ row: [String]) {
        for (number, cell) in row.enumerated() {
            if number > 0 { output.append(separator) }
            output += CSVCell.verbatim(cell, separator: separator).utf8
        }
        output.append(UInt8(ascii: "\n"))
        if output.count >= Self.pieceSize { flush() }
    }

    mutating func flush() {
        write(Data(output))
        hasWritten = hasWritten || !output.isEmpty
        output.removeAll(keepingCapacity: true)
    }
}
