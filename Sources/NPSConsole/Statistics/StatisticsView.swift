import Foundation
import NPSModel
import NPSPages
import NPSQueue

/// What `nps.mustache` prints.
struct StatisticsView: Sendable {
    /// The hidden fields and the choices of the form.
    let filters: [Choices]
    /// The language to carry on; nil when the browser chose it.
    let lang: String?
    /// Nil when the queue can't say.
    let result: Result?
    let isSilent: Bool
    /// The days that it is about.
    let period: String

    struct Result: Sendable {
        /// Nil without an answer.
        let card: ScoreCard?
        let distribution: Distribution?
        let trend: WeekTrend?
        let comparison: ComparisonTable?
        let isEmpty: Bool
    }

    /// - Parameters:
    ///   - counts: of the period; nil when the queue can't say.
    ///   - today: the last day of the period.
    init(_ counts: [TallyCount]?, of query: StatisticsQuery, until today: Day, _ text: Sentences, _ visit: Visit) {
        let all = NPSStatistics(counts ?? [])
        filters = Choices.all(query, all, text)
        lang = visit.isChosen ? visit.language.tag : nil
        isSilent = counts == nil
        result = counts.map { Result(NPSStatistics($0, of: query.selection), query, until: today, text, visit) }
        let days = ["from": query.period.first(until: today)?.text ?? "", "to": today.text] as KeyValuePairs
        period = text(query.period == .all ? "periodWhole" : "periodShown", days)
    }
}

extension StatisticsView.Result {
    fileprivate init(
        _ statistics: NPSStatistics,
        _ query: StatisticsQuery,
        until today: Day,
        _ text: Sentences,
        _ visit: Visit
    ) {
        if let wanted = query.comparison {
            (card, distribution, trend) = (nil, nil, nil)
            comparison = ComparisonTable(all: wanted, statistics, query, text, visit)
            isEmpty = comparison == nil
            return
        }
        card = ScoreCard(statistics.overall, text)
        distribution = card == nil ? nil : Distribution(statistics.overall, text)
        trend = WeekTrend(statistics.weeks, from: query.period.first(until: today), through: today, text)
        comparison = ComparisonTable(statistics, query, text, visit)
        isEmpty = card == nil
    }
}
