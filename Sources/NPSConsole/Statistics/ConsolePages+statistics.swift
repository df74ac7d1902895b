package import Foundation
import NPSModel
package import NPSPages
package import NPSQueue

extension ConsolePages {
    /// The Net Promoter Score of what was asked for.
    ///
    /// - Parameters:
    ///   - counts: of the period; nil when the queue can't say.
    ///   - date: today.
    package func statistics(
        _ counts: [TallyCount]?,
        of query: StatisticsQuery,
        at date: Date,
        in visit: Visit
    ) -> Page {
        let text = sentences(visit)
        let view = StatisticsView(counts, of: query, until: Day(date), text, visit)
        return page("nps", area: .nps, title: text["npsTitle"], view, at: date, in: visit)
    }
}
