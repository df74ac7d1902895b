import NPSModel

/// A Net Promoter Score with all that has to be said along with it.
struct ScoreCard: Sendable {
    let score: String
    let margin: String
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
        margin = text.margin(counts)
        answers = text("answers", ["count": text.number(counts.total)])
        groups = ScoreGroup.allCases.reversed().map { group in
            Group(
                name: text[group.rawValue + "s"],
                count: text.number(counts[group]),
                share: text.share(counts[group], of: counts.total)
            )
        }
        caveat = counts.caveat.map { text($0.rawValue, ["count": text.number(counts.total)]) }
        mood = caveat == nil ? "good" : "warn"
    }
}

extension Sentences {
    /// `12.3 %`
    func share(_ count: Int, of total: Int) -> String {
        decimal(total > 0 ? Double(count) / Double(total) * 100 : 0) + "\u{A0}%"
    }
}
