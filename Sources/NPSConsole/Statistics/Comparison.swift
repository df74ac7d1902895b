import NPSModel
import NPSQueue

/// What answers are told apart by.
enum Comparison: String, Sendable, Hashable, CaseIterable {
    case week, survey, source, campaign

    /// The weeks from the last on; of the others, those with the most answers first.
    func parts(_ statistics: NPSStatistics, _ text: Sentences) -> [(name: String, counts: ScoreCounts)] {
        switch self {
        case .week: statistics.weeks.reversed().map { ($0.name.text, $0.counts) }
        case .survey: statistics.surveys.map { ($0.name ?? text["surveyAbsent"], $0.counts) }
        case .source: statistics.sources.map { ($0.name, $0.counts) }
        case .campaign: statistics.campaigns.map { ($0.name ?? text["campaignAbsent"], $0.counts) }
        }
    }

    /// Of the sentences about it: `Week`.
    var suffix: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}
