/// One thing that is wrong with the files or settings that surveys and webhook sources are made of, for the person who
/// can fix it. Never contains a secret.
package struct ConfigurationProblem: Sendable, Hashable, CustomStringConvertible {
    /// The path of the file or directory, or the setting's key.
    package let place: String
    /// The line in the file, from 1; nil when the problem isn't on one line.
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
