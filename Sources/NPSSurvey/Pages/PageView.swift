import Foundation
import NPSModel
import NPSPages

/// What a template can print: `{{title}}`, `{{text.send}}`, `{{#form}}…{{/form}}` and so on.
///
/// The names of these properties are a contract with all templates, the operators' own included.
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
    /// Its sentences.
    let text: Catalogue
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
        /// What is asked beside the score.
        let question: String
        /// What the style sheet puts in its place when a score is chosen: a question for each group, or none where all are
        /// asked the same.
        let variants: [Variant]
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

    struct Variant {
        /// A `ScoreGroup`.
        let group: String
        let sentence: String
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
        /// The comment that was sent; nil for none.
        let said: Said?
        /// Where the page leads on to, away from here; nil for nowhere.
        let offer: Link?
        let link: Link?
    }

    struct Sent {
        let score: String
        let sentence: String
    }

    struct Said {
        let sentence: String
        let comment: String
    }

    struct Link {
        let address: String
        let sentence: String
    }
}

extension PageView {
    init(
        _ state: PageState,
        _ values: PageValues,
        _ catalogue: Catalogue,
        _ appearance: Appearance,
        _ options: PageOptions
    ) {
        language = state.language.tag
        direction = catalogue["direction"]
        title = state.title(in: catalogue)
        brand = appearance.brand
        accent = appearance.accent.map { Accent(light: "\($0.light)", dark: "\($0.dark)") }
        action = values[.action]
        text = catalogue
        switch state.content {
        case .form(let shown):
            summary = shown.reason.map { Summary($0, catalogue) }
            earlier = shown.earlier.map { Earlier($0, values, catalogue) }
            form = Form(shown, values, catalogue, options)
        case .notice(let shown):
            notice = Notice(shown, values, catalogue, options)
        }
    }
}

extension PageState {
    fileprivate func title(in catalogue: Catalogue) -> String {
        switch content {
        case .form(let form):
            let title = catalogue["title"]
            return form.reason == nil ? title : catalogue["errorTitle"].replacing("{title}", with: title)
        case .notice(let notice):
            return catalogue[notice.name + "Heading"]
        }
    }
}

extension PageView.Summary {
    fileprivate init(_ reason: PageState.Reason, _ catalogue: Catalogue) {
        switch reason {
        case .problems(let sentences):
            heading = catalogue["summaryHeading"]
            body = nil
            problems = sentences.map { PageView.Problem(target: $0.target, sentence: catalogue[$0.name]) }
        case .notSaved(let name):
            heading = catalogue[name + "Heading"]
            body = catalogue[name + "Body"]
            problems = []
        }
    }
}

extension PageView.Earlier {
    fileprivate init(_ earlier: PageState.Earlier, _ values: PageValues, _ catalogue: Catalogue) {
        let name = earlier == .dated ? "earlierBody" : "earlierScoreBody"
        day = values[.day]
        sentence = catalogue[name].replacing("{date}", with: values[.date])
            .replacing("{score}", with: values[.earlierScore])
    }
}

extension PageView.Form {
    fileprivate init(_ form: PageState.Form, _ values: PageValues, _ catalogue: Catalogue, _ options: PageOptions) {
        func problem(_ field: String) -> String? {
            guard case .problems(let sentences) = form.reason else { return nil }
            return sentences.first { $0.field == field }.map { catalogue[$0.name] }
        }
        let notes = [0: catalogue["lowNote"], 10: catalogue["highNote"]]
        nonce = values[.nonce]
        issued = form.isStamped ? values[.issued] : nil
        earlier = form.earlierComment?.rawValue
        kept = form.earlierComment == .unknown ? PageView.Kept(isRemoved: form.removesComment) : nil
        address = form.isPersonal ? nil : PageView.Address(value: values[.email], problem: problem("email"))
        comment = values[.comment]
        (question, variants) = Self.questions(for: form.chosenScore.flatMap { Score($0)?.group }, catalogue, options)
        scores = (0...10).map { PageView.Choice(value: $0, isChosen: $0 == form.chosenScore, note: notes[$0]) }
        scoreProblem = problem("score")
        commentProblem = problem("comment")
    }
}

extension PageView.Form {
    /// - Parameter group: of the score that is chosen when the page is opened; nil for none.
    private static func questions(
        for group: ScoreGroup?,
        _ catalogue: Catalogue,
        _ options: PageOptions
    ) -> (question: String, variants: [PageView.Variant]) {
        let neutral = catalogue["comment"]
        guard options.asksByScore else { return (neutral, []) }
        let byGroup = ScoreGroup.allCases.map { ($0, catalogue["comment" + $0.rawValue.capitalized]) }
        let question = byGroup.first { $0.0 == group }?.1 ?? neutral
        if byGroup.allSatisfy({ $0.1 == question }) { return (question, []) }
        return (question, byGroup.map { PageView.Variant(group: $0.0.rawValue, sentence: $0.1) })
    }
}

extension PageView.Notice {
    fileprivate init(
        _ notice: PageState.Notice,
        _ values: PageValues,
        _ catalogue: Catalogue,
        _ options: PageOptions
    ) {
        let name = notice.name + (notice.group?.rawValue.capitalized ?? "")
        heading = catalogue[notice.name + "Heading"]
        body = catalogue[name + "Body"].replacing("{date}", with: values[.date])
        let score = values[.sentScore]
        let sentence = catalogue["thanksScore"].replacing("{score}", with: score)
        sent = notice.tellsScore ? PageView.Sent(score: score, sentence: sentence) : nil
        said =
            notice.tellsComment
            ? PageView.Said(sentence: catalogue[notice.name + "Comment"], comment: values[.sentComment]) : nil
        offer = notice.group.flatMap { options.offers[$0] }.map { address in
            PageView.Link(address: address, sentence: catalogue[name + "Link"])
        }
        let address = values[.link]
        link = notice.hasLink ? PageView.Link(address: address, sentence: catalogue[notice.name + "Link"]) : nil
    }
}
