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

    /// Stands for those that have none, in a field that can also name one.
    static let absent = "~"

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
        survey = Self.choice(field("survey"))
        campaign = Self.choice(field("campaign"))
        source = field("source").flatMap { $0.isEmpty ? nil : Self.bounded($0) }
        comparison = field("by").flatMap(Comparison.init)
        offset = min(max(0, field("after").flatMap(Int.init) ?? 0), 1_000_000)
    }

    /// The fields of the form that aren't empty, for an address.
    func fields(by comparison: Comparison, after offset: Int = 0) -> [(String, String)] {
        let all = [
            ("by", comparison.rawValue), ("period", period == .year ? "" : period.rawValue),
            ("survey", Self.value(survey)), ("source", source ?? ""), ("campaign", Self.value(campaign)),
            ("after", offset > 0 ? String(offset) : ""),
        ]
        return all.filter { !$0.1.isEmpty }
    }

    /// No name is longer, and nobody has to read more of what isn't one.
    private static func bounded(_ name: String) -> String { String(name.prefix(200)) }

    /// What of the answers of the period is meant.
    var selection: TallySelection { TallySelection(survey: survey, campaign: campaign, source: source) }

    /// - Parameter value: empty for any.
    private static func choice(_ value: String?) -> TallySelection.Choice {
        guard let value, !value.isEmpty else { return .any }
        return value == absent ? .absent : .named(bounded(value))
    }

    /// What the form's field has for it.
    static func value(_ choice: TallySelection.Choice) -> String {
        switch choice {
        case .any: ""
        case .absent: absent
        case .named(let name): name
        }
    }
}
