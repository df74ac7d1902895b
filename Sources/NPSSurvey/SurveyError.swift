package import NPSModel
import NPSPages

/// Why the survey can't start, or why a submitted form can't be read. Never contains what a person typed.
package enum SurveyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The operator's directory of templates can't be listed.
    case publicDirectory(path: String)
    /// A template can't be used. `file` is its name within the directory.
    case template(file: String, problem: String)
    /// A message catalogue can't be used. `file` is its name within the directory.
    case catalogue(file: String, problem: String)
    /// `survey.accent` can't be used.
    case accent(problem: String)
    /// `survey.frame-ancestors` is not a list of origins.
    case frameAncestors
    /// Everything that is wrong with the files of `surveys.directory`; never empty.
    case surveys([ConfigurationProblem])
    /// There is no catalogue for the language that was asked for, only for these.
    case noLanguage([String])
    /// More than ``FormValues/byteLimit`` bytes. Status: 413.
    case formTooLarge
    /// Another media type than `application/x-www-form-urlencoded` in UTF-8. Status: 415.
    case formNotURLEncoded
    /// Malformed in a way that no browser's form is. Status: 400.
    case formUnreadable(problem: String)

    /// The problems, one sentence each.
    package var sentences: [String] {
        if case .surveys(let problems) = self { problems.map(\.description) } else { [description] }
    }

    package var description: String {
        switch self {
        case .publicDirectory(let path):
            "The directory of page templates \(path) can't be read: check that it exists and may be listed."
        case .template(let file, let problem):
            "The page template \(file) can't be used: it \(problem). Fix it, or remove it to use the built-in one."
        case .catalogue(let file, let problem):
            "The message catalogue \(file) can't be used: it \(problem). Fix it, or remove it to use the built-in one."
        case .accent(let problem):
            "survey.accent \(problem)."
        case .frameAncestors:
            "survey.frame-ancestors must be none, or self and origins such as https://www.example.com."
        case .surveys(let problems): problems.map(\.description).joined(separator: "\n")
        case .noLanguage(let known):
            "There is no message catalogue for that language: choose one of \(known.joined(separator: ", "))."
        case .formTooLarge:
            "The form is larger than \(FormValues.byteLimit) bytes: shorten it."
        case .formNotURLEncoded:
            "The form is not application/x-www-form-urlencoded in UTF-8: send it in that format."
        case .formUnreadable(let problem):
            "The form can't be read: it \(problem). Send it the way a browser does."
        }
    }
}

extension SurveyError {
    init(_ error: PageError) {
        self =
            switch error {
            case .template(let file, let problem): .template(file: file, problem: problem)
            case .sentences(let file, let problem): .catalogue(file: file, problem: problem)
            case .form(let problem): .formUnreadable(problem: problem)
            }
    }
}
