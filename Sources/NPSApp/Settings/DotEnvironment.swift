import Foundation

/// The contents of a `.env` file: lines `KEY=value`, empty lines, and comments that begin with `#`.
struct DotEnvironment {
    /// For a key that occurs twice, the last value.
    private(set) var variables: [String: String] = [:]
    /// The number of each one's line.
    private(set) var lines: [String: Int] = [:]
    /// A sentence for each line that is none of these. It gives the line's number and never quotes it: it may be half a
    /// secret.
    private(set) var problems: [String] = []

    init(_ text: String) {
        // Swift counts the line end of Windows as one character.
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        for (index, line) in lines.enumerated() {
            let line = line.trimmingCharacters(in: .whitespacesAndNewlines)
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let key = parts[0].trimmingCharacters(in: .whitespaces)
            guard parts.count == 2, Self.isName(key) else {
                problems.append(
                    ".env line \(index + 1) must be KEY=value, with a key of letters, digits and underscores."
                )
                continue
            }
            variables[key] = parts[1].trimmingCharacters(in: .whitespaces)
            self.lines[key] = index + 1
        }
    }

    private static func isName(_ key: String) -> Bool {
        !key.isEmpty
            && key.utf8.allSatisfy {
                (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f
            }
    }

    /// Empty when there is no such file; nil when it can't be read.
    static func read(at path: String) -> DotEnvironment? {
        guard FileManager.default.fileExists(atPath: path) else { return DotEnvironment("") }
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else { return nil }
        return DotEnvironment(text)
    }
}
