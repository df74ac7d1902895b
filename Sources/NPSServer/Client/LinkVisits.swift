import Foundation
import NPSModel
import NPSSurvey
import Synchronization

/// Which scores of a link were opened lately, for `BotCheck`. Lives in memory only, keyed by a hash whose salt is new
/// at every start; a link that nobody opens again is forgotten after ten to twenty minutes, or once as many others as
/// ``init(capacity:)`` says were opened after it.
package final class LinkVisits: Sendable {
    /// Openings remembered of each score of a link, the latest. Whoever opens one score again and again doesn't make
    /// the others forgotten.
    static let limit = 2
    private static let memory: TimeInterval = 600

    private typealias Visits = [Int: [OpenedScore]]

    /// The old visits are dropped together when the young ones become old. Nothing is searched for expired visits, so
    /// each visit costs the same.
    private struct Generations {
        var young: Visits = [:]
        var old: Visits = [:]
        var since = Date.distantPast

        mutating func turn(at now: Date) {
            old = now.timeIntervalSince(since) < 2 * memory ? young : [:]
            young = [:]
            since = now
        }
    }

    private let capacity: Int
    private let generations = Mutex(Generations())

    /// - Parameter capacity: links in a generation, of which there are two.
    package init(capacity: Int = 25_000) {
        self.capacity = capacity
    }

    func note(_ opening: OpenedScore, of link: String) {
        let key = link.hashValue
        generations.withLock { generations in
            let isFull = generations.young.count >= capacity && generations.young[key] == nil
            let age = opening.date.timeIntervalSince(generations.since)
            if isFull || age >= Self.memory { generations.turn(at: opening.date) }
            var known = generations.young[key] ?? generations.old[key] ?? []
            let isSame = { (earlier: OpenedScore) in earlier.score == opening.score }
            if known.count(where: isSame) >= Self.limit, let first = known.firstIndex(where: isSame) {
                known.remove(at: first)
            }
            generations.young[key] = known + [opening]
        }
    }

    /// In the order in which they were noted.
    func opened(_ link: String) -> [OpenedScore] {
        let key = link.hashValue
        return generations.withLock { $0.young[key] ?? $0.old[key] } ?? []
    }
}

extension IPAddress {
    /// Tells clients apart for a while without saying who they are: a hash whose salt is new at every start.
    var mark: UInt32 { UInt32(truncatingIfNeeded: client.hashValue) }
}
