import NPSModel

/// A Net Promoter Score with all that has to be said along with it.
struct ScoreCard: Sendable {
    let score: String
    /// Where the score of all people lies; nil without an answer.
    let interval: String?
    let answers: String
    /// Promoters, passives and detractors, with their share.
    let groups: [Group]
    /// Why the number says less than it makes believe; nil when it may stand for itself.
    let caveat: String?
    let mood: String

    struct Group: Sendable {
        let name: String
        let count: String
        let share: String
    }

    /// Nil without an answer.
    init?(_ counts: ScoreCounts, _ text: Sentences) {
        guard counts.total > 0 else { return nil }
        score = text.score(counts)
        interval = counts.confidenceInterval.map { interval in
            let ends =
                [
                    "low": text.decimal(interval.lowerBound, isSigned: true),
                    "high": text.decimal(interval.upperBound, isSigned: true),
                ] as KeyValuePairs
            return text("interval", ends)
        }
        answers = text("answers", ["count": text.number(counts.total)])
        groups = ScoreGroup.allCases.reversed().map { group in
            Group(
                name: text[group.rawValue + "s"],
                count: text.number(counts[group]),
                share: text.share(counts[group], of: counts.total)
            )
        }
        caveat = counts.caveat.map { text[$0.rawValue] }
        mood = caveat == nil ? "" : "warn"
    }
}

extension Sentences {
    /// `12.3 %`
    func share(_ count: Int, of total: Int) -> String {
        decimal(Tenths(percent: count, of: total)) + "\u{A0}%"
    }
}
