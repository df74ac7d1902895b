package import NPSModel

/// Tells a poison response, which makes whole requests fail, from those that only failed beside it: it fails again
/// although other requests got through in between. Each time it does, it is sent in a batch of an eighth of the size,
/// until it is alone. Halves would need more rounds, and between two of them lies the time for which a request may be
/// under way.
///
/// Kept in memory: a restart costs a few requests more.
package struct PoisonTracker: Sendable, Hashable {
    private struct Record: Hashable {
        /// Failures between which another request got through.
        var strikes = 0
        /// How many requests had got through at the last failure.
        var seen: Int
    }

    /// Whose fault a failed request is.
    package enum Blame: Sendable, Hashable {
        /// The API's: it is the first failure, or one of many in a row.
        case api
        /// It was one response that had failed before, and nothing else has been tried since.
        case unclear
        /// That of a response in it: it had failed before, and others got through in between.
        case responses
    }

    /// Failures in a row that are the responses' fault at most: then it is the API's after all.
    private static let patience = 2

    /// More than any outage leaves, since few responses are tried during one.
    private static let limit = 100_000

    private let batchSize: Int
    private var records: [ResponseID: Record] = [:]
    private var successes = 0
    private var failuresInRow = 0
    /// Whether the first of those was the fault of responses.
    private var blamesResponses = false

    /// - Parameter batchSize: responses in one request at most, from 1.
    package init(batchSize: Int) {
        self.batchSize = batchSize
    }

    /// A request got through; its responses are beyond suspicion.
    package mutating func gotThrough(_ ids: some Sequence<ResponseID>) {
        successes += 1
        failuresInRow = 0
        for id in ids { records[id] = nil }
    }

    /// A request failed as a whole, which may be the fault of any of its responses, or of none.
    @discardableResult
    package mutating func failed(_ ids: some Collection<ResponseID>) -> Blame {
        let isProbeAgain = ids.count == 1 && ids.allSatisfy { records[$0] != nil }
        let isRepeated = strike(ids)
        failuresInRow = min(failuresInRow + 1, 64)
        if failuresInRow == 1 { blamesResponses = isRepeated }
        guard failuresInRow <= Self.patience else { return .api }
        if blamesResponses { return .responses }
        return failuresInRow == 2 && isProbeAgain ? .unclear : .api
    }

    /// Whether one of them failed before, and others got through since.
    private mutating func strike(_ ids: some Collection<ResponseID>) -> Bool {
        var isRepeated = false
        for id in ids {
            guard var record = records[id] else {
                if records.count >= Self.limit { records = [:] }
                records[id] = Record(seen: successes)
                continue
            }
            if record.seen < successes {
                record.strikes += 1
                isRepeated = true
            }
            record.seen = successes
            records[id] = record
        }
        return isRepeated
    }

    /// How many responses a batch with this one may have: all that fit, unless it failed while others got through.
    package func batchLimit(_ id: ResponseID) -> Int {
        max(1, batchSize >> min(3 * strikes(id), 48))
    }

    /// Whether it makes requests fail for all that is known: it did so in ever smaller batches until it was alone.
    package func isKnown(_ id: ResponseID) -> Bool { strikes(id) > divisions }

    /// So many divisions by eight leave it alone: a third of the batch size's logarithm, rounded up.
    private var divisions: Int {
        let logarithm = Int.bitWidth - 1 - max(batchSize, 1).leadingZeroBitCount
        return (logarithm + 2) / 3
    }

    private func strikes(_ id: ResponseID) -> Int { records[id]?.strikes ?? 0 }
}
