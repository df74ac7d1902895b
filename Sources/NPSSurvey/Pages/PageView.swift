/// What a template can print: `{{title}}`, `{{text.send}}`, `{{#form}}…{{/form}}` and so on.
///
/// The names below are those in the templates, read by reflection: renaming one here is renaming it there.
struct PageView {
    let language: String
    let direction: String
    let title: String
    /// The name on top of the page; nil for none.
    let brand: String?
    /// Nil for the style sheet's own.
    let accent: Accent?
    /// Where the form is sent, and where links to the form lead.
    let action: String
    /// The catalogue's sentences.
    let text: [String: String]
    var summary: Summary?
    var earlier: Earlier?
    var form: Form?
    var notice: Notice?

    /// `#rrggbb` each.
    struct Accent {
        let light: String
        let dark: String
    }

    /// The box on top of a form that couldn't be saved.
    struct Summary {
        let heading: String
        let body: String?
        let problems: [Problem]
    }

    /// One line of the summary.
    struct Problem {
        /// The id of the element to mend.
        let target: String
        let sentence: String
    }

    /// The answer given before.
    struct Earlier {
        /// `2026-11-23`, for machines.
        let day: String
        let sentence: String
    }

    struct Form {
        let nonce: String
        let issued: String?
        /// What was shown of the comment given before.
        let earlier: String?
        /// Nil unless there may be an earlier comment that isn't shown.
        let kept: Kept?
        /// Nil on a personal form, which doesn't ask for it.
        let address: Address?
        let comment: String
        let scores: [Choice]
        let scoreProblem: String?
        let commentProblem: String?
    }

    struct Kept {
        let isRemoved: Bool
    }

    struct Address {
        let value: String
        let problem: String?
    }

    /// One of the eleven numbers.
    struct Choice {
        let value: Int
        let isChosen: Bool
        /// What the ends of the scale mean, for those who can't see them named beside it.
        let note: String?
    }

    /// A page that only says something.
    struct Notice {
        let heading: String
        let body: String
        /// What was sent.
        let sent: Sent?
        let link: Link?
    }

    struct Sent {
        let score: String
        let sentence: String
    }

    struct Link {
        let address: String
        let sentence: String
    }
}
