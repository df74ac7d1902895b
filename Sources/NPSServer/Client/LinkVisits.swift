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

    private struct Visits {
        /// By the hash of the link.
        var links: Generations<[OpenedScore]>
        /// When the young generation began.
        var since = Date.distantPast
    }

    private let visits: Mutex<Visits>

    /// - Parameter capacity: links in a generation, of which there are two.
    package init(capacity: Int = 25_000) {
        visits = Mutex(Visits(links: Generations(capacity: capacity)))
    }

    func note(_ opening: OpenedScore, of link: String) {
        let key = link.hashValue
        visits.withLock { visits in
            let age = opening.date.timeIntervalSince(visits.since)
            if visits.links.isFull(for: key) || age >= Self.memory {
                visits.links.turn(keepsYoung: age < 2 * Self.memory)
                visits.since = opening.date
            }
            var known = visits.links[key] ?? []
            let isSame = { (earlier: OpenedScore) in earlier.score == opening.score }
            if known.count(where: isSame) >= Self.limit, let first = known.firstIndex(where: isSame) {
                known.remove(at: first)
            }
            visits.links.set(known + [opening], for: key)
        }
    }

    /// In the order in which they were noted.
    func opened(_ link: String) -> [OpenedScore] {
        let key = link.hashValue
        return visits.withLock { $0.links[key] } ?? []
    }
}

extension Peer {
    /// Tells clients apart for a while without saying who they are: a hash whose salt is new at every start. Nil for those
    /// without an address.
    var mark: UInt32? { address.map { UInt32(truncatingIfNeeded: $0.client.hashValue) } }
}
