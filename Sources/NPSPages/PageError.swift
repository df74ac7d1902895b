/// Why pages can't be made, or why a form that was sent can't be read. Never contains what a person typed.
package enum PageError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A template can't be used. `file` is its name within its directory.
    case template(file: String, problem: String)
    /// A file of sentences can't be used. `file` is its name within its directory.
    case sentences(file: String, problem: String)
    /// Malformed in a way that no browser's form is.
    case form(problem: String)

    package var description: String {
        switch self {
        case .template(let file, let problem):
            "The page template \(file) can't be used: it \(problem). Fix it."
        case .sentences(let file, let problem):
            "The sentences of \(file) can't be used: it \(problem). Fix it."
        case .form(let problem):
            "The form can't be read: it \(problem). Send it the way a browser does."
        }
    }
}
