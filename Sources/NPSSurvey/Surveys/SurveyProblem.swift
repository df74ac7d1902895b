/// One thing that is wrong with the surveys, for the person who can fix it.
package struct SurveyProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file's path, or the directory's.
    package let place: String
    /// The line in the file, from 1; nil when the problem isn't on one line.
    package let line: Int?
    /// Such as `languages.de.question`; nil for the file as a whole.
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
