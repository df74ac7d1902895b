/// Everything that is wrong with the configuration, at once; the program exits with 78 (`EX_CONFIG`).
package struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Each a sentence that names the key or file, never a secret's value.
    package let problems: [String]

    package init(_ problems: [String]) {
        self.problems = problems
    }

    package var description: String {
        let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
        return "The configuration has \(count):\n" + problems.map { "  - " + $0 }.joined(separator: "\n")
    }
}
