package import NPSModel
package import NPSQueue

/// What `queue stats --json` prints.
package struct StatisticsReport: Sendable, Hashable, Codable {
    /// The answers that have something in common.
    package struct Part: Sendable, Hashable, Codable {
        /// The survey, the source, the campaign, or the Monday that the week begins with. Nil for all answers together, and
        /// for those that have no survey or no campaign.
        package let name: String?
        package let answers: Int
        /// −100 to 100, to one decimal place; nil without an answer.
        package let score: Double?
        /// Half of the width of the score's 95 % confidence interval, to one decimal place; nil without an answer.
        package let marginOfError: Double?
        /// Where that interval begins and ends, which the score isn't the middle of; nil without an answer.
        package let low: Double?
        package let high: Double?
        /// Why the score says little; nil when it may stand for itself.
        package let caveat: SampleCaveat?
        package let detractors: Int
        package let passives: Int
        package let promoters: Int
        /// How many gave each score, 0 to 10.
        package let distribution: [Int]

        init(_ name: String?, _ counts: ScoreCounts) {
            self.name = name
            answers = counts.total
            score = counts.netPromoterScore.map(Self.rounded)
            marginOfError = counts.marginOfError.map(Self.rounded)
            low = (counts.confidenceInterval?.lowerBound).map(Self.rounded)
            high = (counts.confidenceInterval?.upperBound).map(Self.rounded)
            caveat = counts.caveat
            detractors = counts[.detractor]
            passives = counts[.passive]
            promoters = counts[.promoter]
            distribution = Score.all.map { counts[$0] }
        }

        private static func rounded(_ number: Double) -> Double { Tenths(number).number }
    }

    /// The first day and the last, in UTC; both belong to it.
    package let from: String
    package let to: String
    package let overall: Part
    /// Weeks with answers, in their order.
    package let weeks: [Part]
    /// Those with the most answers first, like the two that follow.
    package let surveys: [Part]
    package let sources: [Part]
    package let campaigns: [Part]

    package init(_ statistics: NPSStatistics, of selection: TallySelection) {
        from = selection.first?.text ?? ""
        to = selection.last?.text ?? ""
        overall = Part(nil, statistics.overall)
        weeks = statistics.weeks.map { Part($0.name.text, $0.counts) }
        surveys = statistics.surveys.map { Part($0.name, $0.counts) }
        sources = statistics.sources.map { Part($0.name, $0.counts) }
        campaigns = statistics.campaigns.map { Part($0.name, $0.counts) }
    }
}

/// How many answers of a day have the same survey, source, campaign and score: a row of `queue stats --csv`.
package struct TallyRow: Sendable, Hashable, Codable {
    /// In UTC.
    package let day: String
    package let survey: String?
    package let source: String
    package let campaign: String?
    package let score: Int
    package let count: Int

    package init(_ count: TallyCount) {
        day = count.tally.day.text
        survey = count.tally.survey
        source = count.source
        campaign = count.tally.campaign
        score = count.tally.score.value
        self.count = count.count
    }
}
