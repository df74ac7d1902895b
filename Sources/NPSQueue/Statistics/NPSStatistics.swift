package import NPSModel

/// What there is to say of the answers that were counted: of all together, and of each week, survey, source and campaign.
///
/// For the names to choose from, compute it of all; for what was chosen, of the selection.
package struct NPSStatistics: Sendable, Hashable {
    /// The answers that have one thing in common.
    package struct Part<Name: Sendable & Hashable>: Sendable, Hashable {
        package let name: Name
        package let counts: ScoreCounts
    }

    package let overall: ScoreCounts
    /// By the Monday that each begins with, in their order; weeks without an answer are left out.
    package let weeks: [Part<Day>]
    /// Those with the most answers first. Nil names what belongs to no survey of `surveys.directory`.
    package let surveys: [Part<String?>]
    /// Those with the most answers first.
    package let sources: [Part<String>]
    /// Those with the most answers first. Nil names what belongs to no campaign.
    package let campaigns: [Part<String?>]

    /// - Parameter selection: what is left out of the counts.
    package init(_ counts: some Sequence<TallyCount>, of selection: TallySelection = TallySelection()) {
        var overall = ScoreCounts()
        var weeks: [Day: ScoreCounts] = [:]
        var surveys: [String?: ScoreCounts] = [:]
        var sources: [String: ScoreCounts] = [:]
        var campaigns: [String?: ScoreCounts] = [:]
        for count in counts where selection.holds(count) {
            let tally = count.tally
            overall[tally.score] += count.count
            weeks[tally.day.monday, default: ScoreCounts()][tally.score] += count.count
            surveys[tally.survey, default: ScoreCounts()][tally.score] += count.count
            sources[count.source, default: ScoreCounts()][tally.score] += count.count
            campaigns[tally.campaign, default: ScoreCounts()][tally.score] += count.count
        }
        self.overall = overall
        self.weeks = weeks.map(Part.init).filter { $0.counts.total > 0 }.sorted { $0.name < $1.name }
        self.surveys = Self.parts(surveys) { $0 ?? "" }
        self.sources = Self.parts(sources) { $0 }
        self.campaigns = Self.parts(campaigns) { $0 ?? "" }
    }

    /// Those with the most answers first, equal ones by name.
    private static func parts<Name>(
        _ counts: [Name: ScoreCounts],
        by text: (Name) -> String
    ) -> [Part<Name>] {
        counts.map(Part.init).filter { $0.counts.total > 0 }.sorted { left, right in
            let (most, other) = (left.counts.total, right.counts.total)
            return most == other ? text(left.name) < text(right.name) : most > other
        }
    }
}
