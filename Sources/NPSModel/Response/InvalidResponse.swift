/// A response that can't be accepted, with every field that is wrong.
package struct InvalidResponse: Error, Sendable, Hashable, CustomStringConvertible {
    /// Never empty.
    package let problems: [FieldProblem]

    package init(_ problems: [FieldProblem]) {
        self.problems = problems
    }

    package var description: String {
        "The response can't be accepted: " + problems.map(\.description).joined(separator: "; ") + "."
    }
}
