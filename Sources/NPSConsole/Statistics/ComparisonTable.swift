import NPSModel
import NPSQueue

/// The scores of weeks, surveys, sources and campaigns below each other, in groups of one table.
struct ComparisonTable: Sendable {
    /// So many rows a group has; what else there is, is added up, and on a page of its own.
    private static let limit = 3
    /// So many rows such a page has.
    private static let pageLimit = 40

    struct Group: Sendable {
        let heading: String
        let rows: [Row]
        /// What there is besides; nil for nothing.
        let rest: Rest?
    }

    /// The others together, and where each of them is.
    struct Rest: Sendable {
        let address: String
        let row: Row
    }

    struct Row: Sendable {
        let name: String
        let answers: String
        let score: String
        let margin: String

        fileprivate init(_ name: String, _ counts: ScoreCounts, _ text: Sentences) {
            self.name = name
            answers = text.number(counts.total)
            score = text.score(counts)
            margin = text.margin(counts)
        }
    }

    let groups: [Group]

    /// Where a page of one kind goes on; nil where it doesn't.
    var next: String?

    /// Nil where there is nothing to compare.
    init?(_ statistics: NPSStatistics, _ query: StatisticsQuery, _ text: Sentences, _ visit: Visit) {
        groups = Comparison.allCases.compactMap { comparison in
            let parts = comparison.parts(statistics, text)
            guard parts.count > 1 else { return nil }
            let limit = parts.count > Self.limit ? Self.limit - 1 : Self.limit
            let others = parts.dropFirst(limit).reduce(ScoreCounts()) { $0 + $1.counts }
            let address = visit.address("/console/nps", query.fields(by: comparison))
            return Group(
                heading: text["by" + comparison.suffix],
                rows: parts.prefix(limit).map { Row($0.name, $0.counts, text) },
                rest: others.total > 0 ? Rest(address: address, row: Row(text["others"], others, text)) : nil
            )
        }
        if groups.isEmpty { return nil }
    }

    /// All of one kind, page by page; nil where there is none.
    init?(
        all comparison: Comparison,
        _ statistics: NPSStatistics,
        _ query: StatisticsQuery,
        _ text: Sentences,
        _ visit: Visit
    ) {
        let parts = comparison.parts(statistics, text)
        let rows = parts.dropFirst(query.offset).prefix(Self.pageLimit).map { Row($0.name, $0.counts, text) }
        guard !rows.isEmpty else { return nil }
        groups = [Group(heading: text["by" + comparison.suffix], rows: rows, rest: nil)]
        let place = query.offset + rows.count
        next = place < parts.count ? visit.address("/console/nps", query.fields(by: comparison, after: place)) : nil
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
