import Foundation
import Synchronization

/// When which score of a link was opened last: a machine opens many of them within seconds, a person one or two. Lives
/// in memory only, keyed by a hash that is salted anew at every start; what nobody opens again is forgotten after ten to
/// twenty minutes, or once as many links as ``init(capacity:)`` says were opened after it.
package final class LinkVisits: Sendable {
    /// In seconds, before and after.
    static let window: TimeInterval = 10
    /// As many scores opened within the window are a machine's.
    static let burst = 3
    private static let memory: TimeInterval = 600

    /// By link, then by score.
    private typealias Visits = [Int: [Int: Date]]

    /// The old are dropped as a whole when the young take their place, so that no visit costs more than another.
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

    func note(_ link: String, score: Int, at now: Date) {
        let key = link.hashValue
        generations.withLock { generations in
            let isFull = generations.young.count >= capacity && generations.young[key] == nil
            if isFull || now.timeIntervalSince(generations.since) >= Self.memory { generations.turn(at: now) }
            generations.young[key, default: generations.old[key] ?? [:]][score] = now
        }
    }

    /// Whether so many scores of the link were opened around this time that no person did.
    func isBurst(_ link: String, around date: Date) -> Bool {
        let key = link.hashValue
        let opened = generations.withLock { $0.young[key] ?? $0.old[key] } ?? [:]
        return opened.values.count { abs($0.timeIntervalSince(date)) <= Self.window } >= Self.burst
    }
}
