import Foundation
import Synchronization

/// When which score of a link was opened last: a machine opens many of them within seconds, a person one or two. Lives
/// in memory only, for ten minutes; keyed by a hash that is salted anew at every start.
package final class LinkVisits: Sendable {
    /// In seconds, before and after.
    static let window: TimeInterval = 10
    /// As many scores opened within the window are a machine's.
    static let burst = 3
    private static let memory: TimeInterval = 600

    private let capacity: Int
    private let visits = Mutex<[Int: [Int: Date]]>([:])

    /// - Parameter capacity: links remembered; those that nobody opened of late are forgotten first.
    package init(capacity: Int = 50_000) {
        self.capacity = capacity
    }

    func note(_ link: String, score: Int, at now: Date) {
        let key = link.hashValue
        visits.withLock { visits in
            if visits.count >= capacity, visits[key] == nil { Self.forget(&visits, until: now, capacity) }
            visits[key, default: [:]][score] = now
        }
    }

    /// Whether so many scores of the link were opened around this time that no person did.
    func isBurst(_ link: String, around date: Date) -> Bool {
        let opened = visits.withLock { $0[link.hashValue] } ?? [:]
        return opened.values.count { abs($0.timeIntervalSince(date)) <= Self.window } >= Self.burst
    }

    private static func forget(_ visits: inout [Int: [Int: Date]], until now: Date, _ capacity: Int) {
        visits = visits.filter { $0.value.values.contains { now.timeIntervalSince($0) < memory } }
        if visits.count >= capacity { visits.removeAll() }
    }
}
