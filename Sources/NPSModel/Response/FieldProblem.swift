/// What is wrong with one field, in words for the person who can fix it.
///
/// The message never contains the value, because it may end up in a log, a problem document or a quarantine listing.
package struct FieldProblem: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    /// The field's name in the mapping's output or in the form, such as `email`.
    package let field: String
    /// Completes the sentence that begins with the field's name: "must be …".
    package let message: String

    package init(field: String, message: String) {
        self.field = field
        self.message = message
    }

    package var description: String { "\(field) \(message)" }
}

/// Why a response can't be accepted: every field that is wrong.
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
