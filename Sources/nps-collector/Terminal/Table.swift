import Foundation

/// Rows in aligned columns for people to read.
struct Table {
    struct Column {
        enum Alignment {
            case left
            case right
        }

        let title: String
        let alignment: Alignment

        init(_ title: String, _ alignment: Alignment = .left) {
            self.title = title
            self.alignment = alignment
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    init(_ columns: [Column]) {
        self.columns = columns
    }

    init(_ titles: [String]) {
        self.init(titles.map { Column($0) })
    }

    /// Missing cells are empty, surplus ones left out. Control characters are shown as text.
    mutating func add(_ cells: [String]) {
        rows.append(columns.indices.map { $0 < cells.count ? Self.printable(cells[$0]) : "" })
    }

    /// The table with a rule under its titles, ending in a line break.
    func render() -> String {
        let lines = [columns.map(\.title)] + rows
        let widths = columns.indices.map { column in lines.map { Self.width($0[column]) }.max() ?? 0 }
        let rule = widths.map { String(repeating: "-", count: $0) }
        return ([lines[0], rule] + rows).map { row(of: $0, widths) + "\n" }.joined()
    }

    private func row(of cells: [String], _ widths: [Int]) -> String {
        var line = columns.indices.map { column in
            let padding = String(repeating: " ", count: widths[column] - Self.width(cells[column]))
            return columns[column].alignment == .right ? padding + cells[column] : cells[column] + padding
        }.joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        return line
    }

    /// Text from outside must neither move the cursor nor break the row.
    private static func printable(_ text: String) -> String {
        var printable = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: printable += scalar == "\n" ? " ⏎ " : "·"
            case .format: printable += "·"
            default: printable.unicodeScalars.append(scalar)
            }
        }
        return printable
    }

    /// In terminal cells: East Asian wide characters and emoji take two.
    private static func width(_ text: String) -> Int {
        text.reduce(0) { width, character in
            guard let scalar = character.unicodeScalars.first else { return width }
            return width + (isWide(scalar) || scalar.properties.isEmojiPresentation ? 2 : 1)
        }
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
            0xffe0...0xffe6, 0x1f300...0x1faff, 0x20000...0x3fffd:
            true
        default:
            false
        }
    }
}
