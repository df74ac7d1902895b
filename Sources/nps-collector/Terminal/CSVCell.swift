/// One cell of a CSV file (RFC 4180).
enum CSVCell {
    /// Quoted where it must be. A cell that a spreadsheet would run as a formula gets an apostrophe in front: what
    /// people type into a survey must stay text.
    static func quoted(_ text: String) -> String {
        var text = text
        if let first = text.first, "=+-@\t\r".contains(first) { text = "'" + text }
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
