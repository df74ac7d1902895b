import NPSModel

/// Which sentence of the catalogue tells a person how to mend a field, and where on the page that field is.
struct ProblemSentence {
    /// `score`, `email` or `comment`; nil for what no person can have typed.
    let field: String?
    /// The id of the element the summary leads to.
    let target: String
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

    /// A problem with the address of a personal form is nothing its person can mend.
    private var isAboutAddress: Bool { field == "email" }

    /// Page order, each field once: a person mends from top to bottom.
    static func all(for problems: [FieldProblem], in values: FormValues, isPersonal: Bool) -> [ProblemSentence] {
        let sentences = problems.map { problem in
            let sentence = ProblemSentence(for: problem, in: values)
            return isPersonal && sentence.isAboutAddress ? .lost : sentence
        }
        return ["score", "email", "comment", nil].compactMap { field in sentences.first { $0.field == field } }
    }
}
