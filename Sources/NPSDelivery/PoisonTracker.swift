package import NPSModel

/// Tells a response that makes requests fail from those that only failed with the rest: it fails again although others
/// got through in between. Who is suspected travels in ever smaller company, and ends up alone.
///
/// Kept in memory: a restart costs a few requests more.
package struct PoisonTracker: Sendable, Hashable {
    private struct Record: Hashable {
        /// Failures with a success of others since the one before.
        var strikes = 0
        /// How many requests had got through at the last failure.
        var seen: Int
    }

    /// More than any outage leaves, since few are tried during one.
    private static let limit = 100_000

    private var records: [ResponseID: Record] = [:]
    private var successes = 0

    package init() {}

    /// - Parameter ids: those that a request brought to an end.
    package mutating func gotThrough(_ ids: some Sequence<ResponseID>) {
        successes += 1
        for id in ids { records[id] = nil }
    }

    package mutating func failed(_ ids: some Sequence<ResponseID>) {
        for id in ids {
            guard var record = records[id] else {
                if records.count >= Self.limit { records = [:] }
                records[id] = Record(seen: successes)
                continue
            }
            if record.seen < successes { record.strikes += 1 }
            record.seen = successes
            records[id] = record
        }
    }

    /// 0 for everybody who is above poison.
    package func strikes(_ id: ResponseID) -> Int { records[id]?.strikes ?? 0 }
}
