import NPSModel
import NPSPages

/// All that decides how a page reads, apart from the texts of ``PageValues``: pages with the same state differ in nothing
/// else.
///
/// A language has fewer than a hundred states of forms that a GET shows and of notices, and thousands of forms that come
/// back.
struct PageState: Sendable, Hashable {
    /// One that there is a catalogue for, so that nobody can make up states.
    let language: Language
    let content: Content
    var survey = Edition.ofSettings

    /// A survey of `surveys.directory` as one of its files said; never the same again once the file says something else.
    struct Edition: Sendable, Hashable {
        let number: Int

        /// The survey of the settings.
        static let ofSettings = Edition(number: 0)
    }

    enum Content: Sendable, Hashable {
        case form(Form)
        case notice(Notice)
    }

    struct Form: Sendable, Hashable {
        /// Why the form comes back; nil for one that is shown for the first time.
        let reason: Reason?
        /// What is said of the answer given before; nil when nothing is.
        let earlier: Earlier?
        let isPersonal: Bool
        /// Whether there is a stamp: ``FormValues/issued`` isn't empty.
        let isStamped: Bool
        let earlierComment: EarlierComment?
        /// True only where ``earlierComment`` is unknown: elsewhere the page doesn't ask.
        let removesComment: Bool
        /// Nil when none of the eleven numbers is chosen.
        let chosenScore: Int?
    }

    enum Reason: Sendable, Hashable {
        /// What the person has to fix.
        case problems([ProblemSentence])
        /// Nothing was saved. The catalogue's sentences are `NAMEHeading` and `NAMEBody`.
        case notSaved(name: String)
    }

    enum Earlier: Sendable, Hashable {
        case dated
        case datedWithScore
    }

    /// A page without a form.
    struct Notice: Sendable, Hashable {
        /// The prefix of the catalogue's sentences `NAMEHeading`, `NAMEBody` and `NAMELink`.
        let name: String
        /// Of the score that was sent, where the page differs by it.
        var group: ScoreGroup?
        var tellsScore = false
        var tellsComment = false
        var hasLink = false
    }
}

extension PageState {
    /// The name of the page's template.
    var template: String {
        switch content {
        case .form: "form"
        case .notice: "notice"
        }
    }

    /// Whether it is a form that was sent and comes back.
    var isReturned: Bool {
        if case .form(let form) = content { form.reason != nil } else { false }
    }
}

extension PageState.Form {
    init(_ values: FormValues, because reason: PageState.Reason?, in context: FormContext) {
        self.reason = reason
        earlier = reason == nil ? context.earlier.map { $0.score == nil ? .dated : .datedWithScore } : nil
        isPersonal = context.isPersonal
        isStamped = !values.issued.isEmpty
        earlierComment = values.earlierComment
        removesComment = values.earlierComment == .unknown && values.removesComment
        chosenScore = values.chosenScore
    }
}
