import Foundation

/// When requests that write came, and which of them wrote one `sourceId` at the same time: what a client that promises to
/// send each response by one request at a time is measured by.
struct WriteLog: Sendable, Hashable {
    /// So many arrivals are kept, the newest, and at least half as many after more have come.
    static let arrivalLimit = 100_000
    private static let exampleLimit = 20

    /// When a request had come in whole, one for each; milliseconds since 1970.
    private(set) var arrivals: [Int64] = []
    /// How often a request came with a `sourceId` that another one was still at work on.
    private(set) var overlaps = 0
    /// The first few of those.
    private(set) var overlapped: [String] = []
    private var underWay: [String: Int] = [:]

    mutating func begin(_ sourceIDs: Set<String>, at now: Date) {
        if arrivals.count >= Self.arrivalLimit { arrivals.removeFirst(Self.arrivalLimit / 2) }
        arrivals.append(Int64(now.timeIntervalSince1970 * 1_000))
        for id in sourceIDs {
            if underWay[id] != nil {
                overlaps += 1
                if overlapped.count < Self.exampleLimit { overlapped.append(id) }
            }
            underWay[id, default: 0] += 1
        }
    }

    mutating func end(_ sourceIDs: Set<String>) {
        for id in sourceIDs {
            let left = underWay[id, default: 0] - 1
            underWay[id] = left > 0 ? left : nil
        }
    }

    /// Forgets what was, but not what is under way.
    mutating func reset() {
        (arrivals, overlaps, overlapped) = ([], 0, [])
    }
}
