package import NPSModel

/// Tells a poison response, which makes whole requests fail, from those that only failed beside it: it fails again
/// although other requests got through in between. Each time it does, it is sent in a batch of half the size, until it
/// is alone.
///
/// Kept in memory: a restart costs a few requests more.
package struct PoisonTracker: Sendable, Hashable {
    private struct Record: Hashable {
        /// Failures between which another request got through.
        var strikes = 0
        /// How many requests had got through at the last failure.
        var seen: Int
    }

    /// More than any outage leaves, since few responses are tried during one.
    private static let limit = 100_000

    private let batchSize: Int
    private var records: [ResponseID: Record] = [:]
    private var successes = 0

    /// - Parameter batchSize: responses in one request at most, from 1.
    package init(batchSize: Int) {
        self.batchSize = batchSize
    }

    /// A request got through; its responses are beyond suspicion.
    package mutating func gotThrough(_ ids: some Sequence<ResponseID>) {
        successes += 1
        for id in ids { records[id] = nil }
    }

    /// A request failed as a whole, which may be the fault of any of its responses, or of none.
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

    /// How many responses a batch with this one may have: all that fit, unless it failed while others got through.
    package func batchLimit(_ id: ResponseID) -> Int {
        max(1, batchSize >> min(strikes(id), 16))
    }

    /// Whether it failed three times on its own, each time after others had got through.
    package func isPoison(_ id: ResponseID) -> Bool {
        // So many halvings leave it alone: the batch size's logarithm, rounded up.
        let halvings = Int.bitWidth - (batchSize - 1).leadingZeroBitCount
        return strikes(id) >= max(halvings, 0) + 3
    }

    private func strikes(_ id: ResponseID) -> Int { records[id]?.strikes ?? 0 }
}
