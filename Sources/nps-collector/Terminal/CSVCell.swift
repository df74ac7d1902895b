/// One cell of a CSV file (RFC 4180).
enum CSVCell {
    /// Quoted where it must be. A cell that a spreadsheet would run as a formula gets an apostrophe in front: what
    /// people type into a survey must stay text.
    static func quoted(_ text: String) -> String {
        guard let first = text.first, "=+-@\t\r".contains(first) else { return verbatim(text) }
        return verbatim("'" + text)
    }

    /// Quoted where it must be and otherwise as it is: for what came out of a CSV file and goes back into one.
    static func verbatim(_ text: String, separator: UInt8 = UInt8(ascii: ",")) -> String {
        let needsQuotes = text.utf8.contains {
            $0 == separator || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
        }
        guard needsQuotes else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
