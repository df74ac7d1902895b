/// One thing that is wrong with the sources, for the person who can mend it. Never holds a secret.
package struct SourceProblem: Sendable, Hashable, CustomStringConvertible {
    /// A file, or the setting's key.
    package let place: String
    /// In the file, from 1; nil where no line is to blame.
    package let line: Int?
    /// Such as `signature.encoding`; nil for the file as a whole.
    package let field: String?
    /// Completes the sentence that begins with the field's or the place's name: "must be …".
    package let message: String

    package init(place: String, line: Int? = nil, field: String? = nil, message: String) {
        self.place = place
        self.line = line
        self.field = field
        self.message = message
    }

    package var description: String {
        place + (line.map { ":\($0)" } ?? "") + ": " + (field.map { $0 + " " } ?? "") + message
    }
}
