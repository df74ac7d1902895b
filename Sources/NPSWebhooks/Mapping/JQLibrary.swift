/// jq functions for every mapping: how the presets for form builders find the address, the score and the comment among the
/// questions of a form that nobody here has seen. One place for these rules, so that all presets agree.
///
/// They are documented for authors of mappings in Sources.md. A mapping may define the same names itself.
enum JQLibrary {
    /// On one line, because the prelude is one.
    static let text = (JQFunction.allCases.map(\.definition) + choices).joined(separator: " ")

    /// How one of several answers is chosen, by what ``JQFunction`` offers.
    private static let choices = [
        "def email_members: _email_members[];",
        // Of questions {name, type, value}: the usual kinds, in their order. `asked` selects the questions that can hold a
        // score by their type, `guessed` those that are taken for one when no name tells.
        "def score_among(asked; guessed): [[.[] | select(asked) | select(.name | asks_recommend) | .value],"
            + " [.[] | select(asked) | select(.name | asks_score) | .value], [.[] | select(guessed) | .value]] | sole_score;",
        #"def score_among: sole_score([{asks: "recommend"}, {asks: "score"}, {is: "score"}]);"#,
        #"def email_among: first_email([{asks: "email_name"}, {asks: "email"}, {not: {asks: "else"}, is: "email"}]);"#,
        #"def comment_among: first_given([{asks: "why", is: "text"}]);"#,
    ]
}
