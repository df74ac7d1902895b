package import NPSModel

/// What is counted of an answer: all that statistics know of it. It names no person.
package struct Tally: Sendable, Hashable {
    /// On which the person answered.
    package let day: Day
    package let score: Score
    /// The survey of `surveys.directory`; nil for the settings' own, and for what a tool sent.
    package let survey: String?
    package let campaign: String?

    package init(day: Day, score: Score, survey: String? = nil, campaign: String? = nil) {
        (self.day, self.score, self.survey, self.campaign) = (day, score, survey, campaign)
    }
}

/// How many answers of a source have the same tally.
package struct TallyCount: Sendable, Hashable {
    package let tally: Tally
    /// The label of the source, `survey` for the form.
    package let source: String
    package let count: Int

    package init(_ tally: Tally, source: String, count: Int) {
        (self.tally, self.source, self.count) = (tally, source, count)
    }
}
