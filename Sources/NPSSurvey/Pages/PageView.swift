import Foundation

/// What a template can print: `{{title}}`, `{{text.send}}`, `{{#form}}…{{/form}}` and so on.
///
/// The template library finds these properties by reflection, so their names are a contract with all templates, the
/// operators' own included.
struct PageView {
    let language: String
    let direction: String
    let title: String
    /// The name on top of the page; nil for none.
    let brand: String?
    /// Nil for the colour of the style sheet.
    let accent: Accent?
    /// Where the form is sent and links to the form lead.
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
        /// The id of the element to fix.
        let target: String
        let sentence: String
    }

    /// The answer given before.
    struct Earlier {
        /// `2026-11-23`, for the `datetime` attribute.
        let day: String
        let sentence: String
    }

    struct Form {
        let nonce: String
        let issued: String?
        /// An ``EarlierComment``; nil for a form without an earlier answer.
        let earlier: String?
        /// Nil unless there may be an earlier comment that the form doesn't show.
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
        /// What the ends of the scale mean, for screen readers.
        let note: String?
    }

    /// The contents of a page without a form.
    struct Notice {
        let heading: String
        let body: String
        /// The answer that was sent; nil for none.
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

extension PageView.Form {
    init(_ values: FormValues, sentences: [ProblemSentence], isPersonal: Bool, _ catalogue: Catalogue) {
        func problem(_ field: String) -> String? {
            sentences.first { $0.field == field }.map { catalogue[$0.name] }
        }
        let notes = [0: catalogue["lowNote"], 10: catalogue["highNote"]]
        let chosen = values.chosenScore
        nonce = values.nonce.text
        issued = values.issued.isEmpty ? nil : values.issued
        earlier = values.earlierComment?.rawValue
        kept = values.earlierComment == .unknown ? PageView.Kept(isRemoved: values.removesComment) : nil
        address = isPersonal ? nil : PageView.Address(value: values.email, problem: problem("email"))
        comment = values.comment
        scores = (0...10).map { PageView.Choice(value: $0, isChosen: $0 == chosen, note: notes[$0]) }
        scoreProblem = problem("score")
        commentProblem = problem("comment")
    }
}

extension PageView.Earlier {
    /// The date is the day in UTC, since the person's time zone is unknown.
    init(_ answer: EarlierAnswer, _ catalogue: Catalogue) {
        day = answer.date.formatted(.iso8601.year().month().day())
        let style = Date.FormatStyle(
            date: .long,
            time: .omitted,
            locale: Locale(identifier: catalogue.language.tag),
            calendar: Calendar(identifier: .gregorian),
            timeZone: .gmt
        )
        let name = answer.score == nil ? "earlierBody" : "earlierScoreBody"
        sentence = catalogue[name].replacing("{date}", with: answer.date.formatted(style))
            .replacing("{score}", with: answer.score.map(String.init) ?? "")
    }
}
