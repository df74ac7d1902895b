/// What is wrong with one field, in words for the person who can mend it.
///
/// The message never contains the value: it may end in a log, a problem document or a quarantine listing.
package struct FieldProblem: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    /// The field as it is named in the mapping output or the form, such as `email`.
    package let field: String
    /// Completes the sentence that begins with the field's name: "must be …".
    package let message: String

    package init(field: String, message: String) {
        self.field = field
        self.message = message
    }

    package var description: String { "\(field) \(message)" }
}
