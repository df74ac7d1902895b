package import NPSModel

/// Which of the answers that were counted are meant.
package struct TallySelection: Sendable, Hashable {
    /// Of something that not every answer has.
    package enum Choice: Sendable, Hashable {
        case any
        /// Only those that have none.
        case absent
        case named(String)

        fileprivate func holds(_ name: String?) -> Bool {
            switch self {
            case .any: true
            case .absent: name == nil
            case .named(let wanted): name == wanted
            }
        }
    }

    /// Nil for the first day there is.
    package var first: Day?
    /// Nil for the last day there is.
    package var last: Day?
    package var survey: Choice
    package var campaign: Choice
    /// Nil for all.
    package var source: String?

    package init(
        from first: Day? = nil,
        through last: Day? = nil,
        survey: Choice = .any,
        campaign: Choice = .any,
        source: String? = nil
    ) {
        (self.first, self.last) = (first, last)
        (self.survey, self.campaign, self.source) = (survey, campaign, source)
    }

    package func holds(_ count: TallyCount) -> Bool {
        let tally = count.tally
        if let first, tally.day < first { return false }
        if let last, tally.day > last { return false }
        if let source, source != count.source { return false }
        return survey.holds(tally.survey) && campaign.holds(tally.campaign)
    }
}

extension TallySelection {
    /// The days of about a year that end with this one, and begin with a Monday, so that no week of the trend is cut short:
    /// what statistics are of when nobody says so.
    package static func year(through day: Day) -> ClosedRange<Day> {
        Day(rawValue: day.monday.rawValue - 52 * 7)...day
    }
}
