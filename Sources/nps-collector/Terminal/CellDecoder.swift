import Foundation

/// Turns the bytes of a CSV file's cells into text.
///
/// A file is UTF-8 until a row proves otherwise. It is Windows-1252, which spreadsheets on Windows write, if that row is the
/// first with anything but ASCII; after text in UTF-8 the row is merely damaged, and its bad bytes become U+FFFD.
struct CellDecoder {
    /// The file turned out to be Windows-1252; its rows are read as that from then on.
    private(set) var isWindows1252 = false
    private var isUTF8 = false

    /// - Parameter isUTF8: true when the file has said so, by a byte order mark.
    init(isUTF8: Bool = false) {
        self.isUTF8 = isUTF8
    }

    mutating func text(of row: [[UInt8]]) -> [String] {
        guard row.contains(where: { $0.contains { $0 >= 0x80 } }) else { return row.map(Self.repaired) }
        if !isUTF8, !isWindows1252 {
            isUTF8 = row.allSatisfy { String(validating: $0, as: UTF8.self) != nil }
            isWindows1252 = !isUTF8
        }
        guard isWindows1252 else { return row.map(Self.repaired) }
        return row.map { String(bytes: $0, encoding: .windowsCP1252) ?? Self.repaired($0) }
    }

    private static func repaired(_ cell: [UInt8]) -> String {
        String(decoding: cell, as: UTF8.self)
    }
}
