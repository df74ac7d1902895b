import CJQ

/// A function for mappings that this program computes: the words of a question are found in a thousandth of the time that
/// libjq's regular expressions take.
enum JQFunction: Int, CaseIterable {
    case isBlank = 1
    case isEmail, isNumber, isScore
    case isEmailName, asksElse, asksEmail, asksWhy, asksRecommend, asksScore
    case firstGiven, firstEmail, soleScore
    case emailMembers, membersNamed, questions, typeformQuestions
    case chosenByRules, answersByRules, firstGivenByRules, firstEmailByRules, soleScoreByRules
    /// These take the place of libjq 1.6's own, which are written in jq.
    case lowercased, uppercased, entries
    case hasNaN

    /// Why a call has no result, in words like jq's own.
    struct Failure: Error {
        let message: String
    }

    /// - Parameter number: as ``definition`` passes it.
    init?(number: jv) {
        guard number.kind == JV_KIND_NUMBER, let value = Int(exactly: jv_number_value(number)) else { return nil }
        self.init(rawValue: value)
    }

    private var name: String {
        switch self {
        case .isBlank: "is_blank"
        case .isEmail: "is_email"
        case .isNumber: "is_number"
        case .isScore: "is_score"
        case .isEmailName: "is_email_name"
        case .asksElse: "asks_else"
        case .asksEmail: "asks_email"
        case .asksWhy: "asks_why"
        case .asksRecommend: "asks_recommend"
        case .asksScore: "asks_score"
        case .firstGiven, .firstGivenByRules: "first_given"
        case .firstEmail, .firstEmailByRules: "first_email"
        case .soleScore, .soleScoreByRules: "sole_score"
        case .emailMembers: "_email_members"
        case .membersNamed: "members_named"
        case .questions: "questions"
        case .chosenByRules: "chosen"
        case .answersByRules: "answers"
        case .typeformQuestions: "typeform_questions"
        case .lowercased: "ascii_downcase"
        case .uppercased: "ascii_upcase"
        case .entries: "to_entries"
        case .hasNaN: "_has_nan"
        }
    }

    /// Whether the function has an argument beside its input.
    var hasArgument: Bool {
        switch self {
        case .membersNamed, .questions: true
        case .chosenByRules, .answersByRules, .firstGivenByRules, .firstEmailByRules, .soleScoreByRules: true
        default: false
        }
    }

    /// The function in jq, for ``JQHost``: first the argument, if it has one, then its number, then its input are passed on.
    var definition: String {
        let call = "(\(rawValue) | debug) as $_ | debug | input;"
        return hasArgument ? "def \(name)(argument): (argument | debug) as $_ | \(call)" : "def \(name): \(call)"
    }

    /// - Parameters:
    ///   - input: is lent.
    ///   - argument: null for a function that has none; is lent.
    ///   - memory: of the same interpreter.
    func result(of input: jv, _ argument: jv, memory: inout JQFunctionMemory) throws(Failure) -> JQValue {
        switch self {
        case .isBlank: Self.bool(AnswerValue.isBlank(input))
        case .isEmail: Self.bool(AnswerValue.isEmail(input))
        case .isNumber: Self.bool(AnswerValue.isNumber(input))
        case .isScore: Self.bool(AnswerValue.isScore(input))
        case .isEmailName: Self.bool(Topic.emailName.isAsked(in: input))
        case .asksElse: Self.bool(Topic.otherPerson.isAsked(in: input))
        case .asksEmail: Self.bool(Topic.email.isAsked(in: input))
        case .asksWhy: Self.bool(Topic.why.isAsked(in: input))
        case .asksRecommend: Self.bool(Topic.recommend.isAsked(in: input))
        case .asksScore: Self.bool(Topic.score.isAsked(in: input))
        case .firstGiven: try Answers(elementsOf: input).firstGiven
        case .firstEmail: try Answers(elementsOf: input).firstEmail
        case .soleScore: try Answers(soleOf: input).sole
        case .emailMembers: Answers(emailMembersOf: input).all
        case .membersNamed: Answers(membersOf: input, named: argument).all
        case .questions: try Questions(of: input, shape: argument).all
        case .typeformQuestions: TypeformQuestions(of: input, memory.typeformNames).all
        case .chosenByRules: Answers(chosenBy: try memory.rules.rules(argument), among: input).all
        case .answersByRules: Answers(to: try memory.rules.rules(argument), among: input).all
        case .firstGivenByRules: Answers(to: try memory.rules.rules(argument), among: input).firstGiven
        case .firstEmailByRules: Answers(to: try memory.rules.rules(argument), among: input).firstEmail
        case .soleScoreByRules: Answers(toFirstOf: try memory.rules.rules(argument), among: input).sole
        case .lowercased: try input.withASCIILetters { ("A"..."Z").contains(Unicode.Scalar($0)) ? $0 | 0x20 : $0 }
        case .uppercased: try input.withASCIILetters { ("a"..."z").contains(Unicode.Scalar($0)) ? $0 & 0xdf : $0 }
        case .entries: try input.entries()
        case .hasNaN: Self.bool(input.containsInAnyCase(Array("nan".utf8)))
        }
    }

    private static func bool(_ bool: Bool) -> JQValue { JQValue(consuming: jv_bool(bool ? 1 : 0)) }
}

/// What calls of functions need again and again, in one interpreter.
struct JQFunctionMemory {
    var rules = AnswerRuleCache()
    let typeformNames = TypeformQuestions.Names()
}
