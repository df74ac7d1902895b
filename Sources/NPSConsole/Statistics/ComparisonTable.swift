import NPSModel
import NPSPages
import NPSQueue

/// The scores of weeks, surveys, sources and campaigns below each other, in groups of one table.
struct ComparisonTable: Sendable {
    /// So many rows a group has; what else there is, is added up, and on a page of its own.
    private static let limit = 3
    /// So many rows such a page has at most, and so many bytes of HTML: names may be long.
    private static let pageLimit = (rows: 40, bytes: 2_700)

    struct Group: Sendable {
        let heading: String
        let rows: [Row]
    }

    struct Row: Sendable {
        let name: String
        /// Where there is more of it; nil where nothing leads to.
        let address: String?
        let answers: String
        let score: String
        let margin: String

        fileprivate init(_ name: String, at address: String? = nil, _ counts: ScoreCounts, _ text: Sentences) {
            (self.name, self.address) = (name, address)
            answers = text.number(counts.total)
            score = text.score(counts)
            // Of so few the margin isn't where the score lies, which the card says of all together.
            margin = counts.caveat == .fewAnswers ? text["few"] : text.margin(counts)
        }

        /// About how many bytes of HTML it takes.
        fileprivate var weight: Int {
            let parts = [name, address ?? "", answers, score, margin]
            return parts.reduce(40) { $0 + HTMLText.escaped($1).utf8.count }
        }
    }

    let groups: [Group]

    /// Where a page of one kind goes on; nil where it doesn't.
    var next: String?

    /// Nil where there is nothing to compare.
    init?(_ statistics: NPSStatistics, _ query: StatisticsQuery, _ text: Sentences, _ visit: Visit) {
        groups = Comparison.allCases.compactMap { comparison in
            let parts = comparison.parts(statistics)
            guard parts.count > 1 else { return nil }
            // The picture above has the weeks.
            let most = comparison == .week ? 1 : Self.limit - 1
            let limit = parts.count > Self.limit ? most : Self.limit
            var rows = parts.prefix(limit).map { Row($0.name ?? comparison.absence(text), $0.counts, text) }
            if parts.count > limit {
                let others = parts.dropFirst(limit).reduce(ScoreCounts()) { $0 + $1.counts }
                let address = visit.address(Area.nps.path, query.fields(by: comparison))
                rows.append(Row(text["others"], at: address, others, text))
            }
            return Group(heading: text["by" + comparison.suffix], rows: rows)
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
        let parts = comparison.parts(statistics)
        var (rows, weight): ([Row], Int) = ([], 0)
        for part in parts.dropFirst(query.offset).prefix(Self.pageLimit.rows) {
            let place = query.narrowed(to: part.name, of: comparison)
            let address = place.map { visit.address(Area.nps.path, $0.fields()) }
            let row = Row(part.name ?? comparison.absence(text), at: address, part.counts, text)
            weight += row.weight
            guard rows.isEmpty || weight <= Self.pageLimit.bytes else { break }
            rows.append(row)
        }
        guard !rows.isEmpty else { return nil }
        groups = [Group(heading: text["by" + comparison.suffix], rows: rows)]
        let place = query.offset + rows.count
        next = place < parts.count ? visit.address(Area.nps.path, query.fields(by: comparison, after: place)) : nil
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
