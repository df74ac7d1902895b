package import NPSModel
import NPSQueue

/// What the page of the NPS is asked to show: the fields of its form.
package struct StatisticsQuery: Sendable, Hashable {
    package enum Period: String, Sendable, Hashable, CaseIterable {
        case month, quarter, year, all

        /// A Monday, so that no week is cut short. A year is as long as what statistics are of when nobody says so.
        package func first(until today: Day) -> Day? {
            switch self {
            case .month: Day(rawValue: today.monday.rawValue - 4 * 7)
            case .quarter: Day(rawValue: today.monday.rawValue - 12 * 7)
            case .year: TallySelection.year(through: today).lowerBound
            case .all: nil
            }
        }
    }

    package let period: Period
    var survey: TallySelection.Choice
    var campaign: TallySelection.Choice
    var source: String?
    /// What is compared on a page of its own; nil for the page of the score.
    let comparison: Comparison?
    /// How many rows of it the pages before had.
    let offset: Int

    /// - Parameter field: the value of the field of this name; nil when the address doesn't have it. What no form sends is
    ///   taken for the whole.
    package init(_ field: (String) -> String?) {
        period = field("period").flatMap(Period.init) ?? .year
        survey = .init(field: field("survey").map(Self.bounded))
        campaign = .init(field: field("campaign").map(Self.bounded))
        source = field("source").flatMap { $0.isEmpty ? nil : Self.bounded($0) }
        comparison = field("by").flatMap(Comparison.init)
        offset = min(max(0, field("after").flatMap(Int.init) ?? 0), 1_000_000)
    }

    /// The fields of the form that aren't empty, for an address.
    ///
    /// - Parameter comparison: what is compared there; nil for the page of the score.
    func fields(by comparison: Comparison? = nil, after offset: Int = 0) -> [(String, String)] {
        let all = [
            ("by", comparison?.rawValue ?? ""), ("period", period == .year ? "" : period.rawValue),
            ("survey", survey.field), ("source", source ?? ""), ("campaign", campaign.field),
            ("after", offset > 0 ? String(offset) : ""),
        ]
        return all.filter { !$0.1.isEmpty }
    }

    /// The same of one part of the answers alone; nil for a week, which isn't a period.
    ///
    /// - Parameter name: nil for those that have none.
    func narrowed(to name: String?, of comparison: Comparison) -> StatisticsQuery? {
        let choice = name.map(TallySelection.Choice.named) ?? .absent
        var query = self
        switch comparison {
        case .week: return nil
        case .survey: query.survey = choice
        case .source: query.source = name
        case .campaign: query.campaign = choice
        }
        return query
    }

    /// No name is longer, and nobody has to read more of what isn't one.
    private static func bounded(_ name: String) -> String { String(name.prefix(200)) }

    /// What of the answers of the period is meant.
    var selection: TallySelection { TallySelection(survey: survey, campaign: campaign, source: source) }
}
