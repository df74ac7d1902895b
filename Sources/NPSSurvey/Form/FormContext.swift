package import Foundation
import NPSModel
package import NPSPages

/// What a page depends on besides its contents: the language, where its form is sent, and what is known of the person.
package struct FormContext: Sendable, Hashable {
    package var language: Language
    /// The path, with base path and query, to which the form is sent and links to the form lead; nil for that of the
    /// open form.
    package var action: String?
    /// True where the link says who answers: the page doesn't ask for the address, nor print ``FormValues/email``.
    package var isPersonal: Bool
    /// The answer that the person gave before; nil when there is none.
    package var earlier: EarlierAnswer?

    package init(
        language: Language = .english,
        action: String? = nil,
        isPersonal: Bool = false,
        earlier: EarlierAnswer? = nil
    ) {
        self.language = language
        self.action = action
        self.isPersonal = isPersonal
        self.earlier = earlier
    }
}

/// The answer that a person gave before, as far as it is still stored: after delivery only its date is.
///
/// It is only announced on the page. For the person to edit it, put its score and comment into the form's
/// ``FormValues``.
package struct EarlierAnswer: Sendable, Hashable {
    package var date: Date
    /// Nil when it is no longer stored.
    package var score: Int?

    package init(date: Date, score: Int? = nil) {
        self.date = date
        self.score = score
    }
}

/// Whether a form that changes an answer shows the earlier comment; sent along in a hidden field of the form.
package enum EarlierComment: String, Sendable, Hashable {
    /// The field holds the earlier comment: to empty the field is to remove the comment.
    case shown
    /// The earlier answer was delivered, so whether it has a comment is no longer known here. A comment is kept unless
    /// the person writes a new one or ticks the box that removes it.
    case unknown
}
