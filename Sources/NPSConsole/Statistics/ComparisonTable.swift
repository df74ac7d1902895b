import Foundation
import NPSModel
import NPSQueue

/// The scores of weeks, surveys, sources and campaigns below each other, in groups of one table.
struct ComparisonTable: Sendable {
    /// So many rows a group has; what else there is, is added up.
    private static let limit = 4

    struct Group: Sendable {
        let heading: String
        let rows: [Row]
    }

    struct Row: Sendable {
        let name: String
        let answers: String
        let score: String
        let margin: String
    }

    let groups: [Group]

    /// Nil where there is nothing to compare.
    init?(_ statistics: NPSStatistics, _ text: Sentences) {
        let weeks = statistics.weeks.reversed().map { ($0.name.text, $0.counts) }
        let surveys = statistics.surveys.map { ($0.name ?? text["surveyAbsent"], $0.counts) }
        let sources = statistics.sources.map { ($0.name, $0.counts) }
        let campaigns = statistics.campaigns.map { ($0.name ?? text["campaignAbsent"], $0.counts) }
        groups = [("week", weeks), ("survey", surveys), ("source", sources), ("campaign", campaigns)]
            .filter { $0.1.count > 1 }.map {
                Group(heading: text["by" + $0.0.capitalized], rows: Self.rows($0.1, text))
            }
        if groups.isEmpty { return nil }
    }

    private static func rows(_ parts: [(String, ScoreCounts)], _ text: Sentences) -> [Row] {
        let limit = parts.count > limit ? limit - 1 : limit
        let others = parts.dropFirst(limit).reduce(ScoreCounts()) { $0 + $1.1 }
        let rest = others.total > 0 ? [(text["others"], others)] : []
        return (parts.prefix(limit) + rest).map { name, counts in
            Row(
                name: name,
                answers: text.number(counts.total),
                score: text.score(counts),
                margin: text.margin(counts)
            )
        }
    }
}

extension Sentences {
    /// `+12.3`; a dash without an answer.
    func score(_ counts: ScoreCounts) -> String {
        counts.netPromoterScore.map { decimal($0, isSigned: true) } ?? "–"
    }

    /// `±4.5`; a dash without an answer.
    func margin(_ counts: ScoreCounts) -> String {
        counts.marginOfError.map { mark + "±" + decimal($0) } ?? "–"
    }
}
