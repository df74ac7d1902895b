import CJQ

/// What a question or the name of a field may be about.
enum Topic: String {
    /// Of an address field: `e-mail`, `user_email`, `Email address`, `q3_yourEmail2`, `E-Mail-Adresse`.
    case emailName = "email_name"
    case email
    /// Somebody else, as in "Whom else should we ask?".
    case otherPerson = "else"
    case why
    case recommend
    case score

    /// Whether this text is about it. Anything but text is about nothing.
    ///
    /// - Parameter text: is lent.
    func isAsked(in text: jv) -> Bool {
        guard text.isText else { return false }
        return text.withText { text in
            switch self {
            case .emailName: return AddressName.matches(text)
            case .email: if AddressName.matches(text) { return true }
            default: break
            }
            let words = QuestionWords.found(in: text)
            return switch self {
            case .emailName: false
            case .email: words.contains(.email) && !words.contains(.otherPerson)
            case .otherPerson: words.contains(.otherPerson)
            case .why: words.contains(.why)
            case .recommend: words.contains(.recommend) && !words.contains(.why)
            case .score: !words.isDisjoint(with: [.recommend, .score]) && !words.contains(.why)
            }
        }
    }
}
