package import NPSModel
import NPSQueue

/// What the page of the NPS is asked to show: the fields of its form.
package struct StatisticsQuery: Sendable, Hashable {
    package enum Period: String, Sendable, Hashable, CaseIterable {
        case month, quarter, year, all

        /// With today. A year is as long as what statistics are of when nobody says so.
        fileprivate func first(until today: Day) -> Day? {
            switch self {
            case .month: Day(rawValue: today.rawValue - 29)
            case .quarter: Day(rawValue: today.rawValue - 89)
            case .year: TallySelection.year(through: today).lowerBound
            case .all: nil
            }
        }
    }

    /// Stands for those that have none, in a field that can also name one.
    static let absent = "~"

    var period: Period
    var survey: TallySelection.Choice
    var campaign: TallySelection.Choice
    var source: String?

    /// - Parameter field: the value of the field of this name; nil when the address doesn't have it. What no form sends is
    ///   taken for the whole.
    package init(_ field: (String) -> String?) {
        period = field("period").flatMap(Period.init) ?? .year
        survey = Self.choice(field("survey"))
        campaign = Self.choice(field("campaign"))
        source = field("source").flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The first day that is needed; nil for the first there is.
    package func first(until today: Day) -> Day? { period.first(until: today) }

    /// What of the answers of the period is meant.
    var selection: TallySelection { TallySelection(survey: survey, campaign: campaign, source: source) }

    /// - Parameter value: empty for any.
    private static func choice(_ value: String?) -> TallySelection.Choice {
        guard let value, !value.isEmpty else { return .any }
        return value == absent ? .absent : .named(value)
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
