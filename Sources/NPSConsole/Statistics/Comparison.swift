import NPSModel
import NPSQueue

/// What answers are told apart by.
enum Comparison: String, Sendable, Hashable, CaseIterable {
    case week, survey, source, campaign

    /// Answers that have one of these in common.
    struct Part {
        /// Nil for those that have none.
        let name: String?
        let counts: ScoreCounts
    }

    /// The weeks from the last on; of the others, those with the most answers first.
    func parts(_ statistics: NPSStatistics) -> [Part] {
        switch self {
        case .week: statistics.weeks.reversed().map { Part(name: $0.name.text, counts: $0.counts) }
        case .survey: statistics.surveys.map { Part(name: $0.name, counts: $0.counts) }
        case .source: statistics.sources.map { Part(name: $0.name, counts: $0.counts) }
        case .campaign: statistics.campaigns.map { Part(name: $0.name, counts: $0.counts) }
        }
    }

    /// What answers are called that have none.
    func absence(_ text: Sentences) -> String { text[rawValue + "Absent"] }

    /// Of the sentences about it: `Week`.
    var suffix: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}
