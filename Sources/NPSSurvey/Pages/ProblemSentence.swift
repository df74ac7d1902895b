import NPSModel

/// The catalogue's sentence that tells a person how to fix a field, and where on the page that field is.
struct ProblemSentence: Sendable, Hashable {
    /// `score`, `email` or `comment`; nil for a problem that no person can have caused.
    let field: String?
    /// The id of the element that the summary links to.
    let target: String
    /// The sentence's name in the catalogue.
    let name: String

    init(for problem: FieldProblem, in values: FormValues) {
        switch problem.field {
        case "score":
            self.init(field: "score", target: "score-0", name: "scoreWrong")
        case "email":
            let isEmpty = values.email.allSatisfy { $0 == " " }
            self.init(field: "email", target: "email", name: isEmpty ? "emailMissing" : "emailWrong")
        case "comment":
            let isLong = values.comment.count > ResponseDraft.Limit.comment
            self.init(field: "comment", target: "comment", name: isLong ? "commentTooLong" : "commentWrong")
        default:
            self = .lost
        }
    }

    private static let lost = ProblemSentence(field: nil, target: "score-0", name: "formWrong")

    private init(field: String?, target: String, name: String) {
        self.field = field
        self.target = target
        self.name = name
    }

    /// One sentence for each field with a problem, in page order.
    static func all(for problems: [FieldProblem], in values: FormValues, isPersonal: Bool) -> [ProblemSentence] {
        let sentences = problems.map { problem in
            let sentence = ProblemSentence(for: problem, in: values)
            // The link says whose a personal form is: its address is nothing that the person could fix.
            return isPersonal && sentence.field == "email" ? .lost : sentence
        }
        return ["score", "email", "comment", nil].compactMap { field in sentences.first { $0.field == field } }
    }
}
