/// What each source has in the quarantine, and how much it may have there.
///
/// Nothing in quarantine is ever dropped to make room, so room must be left for a source that has none yet. The source
/// that holds most may hold a half of the limit, the one that holds second most a sixth, the k-th 1/(k·(k+1)). However
/// many have filled their parts, the n of them hold n/(n+1) of the limit together: 1/(n+1) is left, of which the next
/// source may take its part. The rule keeps no source out, but it can't give much to one that comes after very many.
struct QuarantineShares: Sendable, Hashable {
    struct Holding: Sendable, Hashable {
        var entries = 0
        var bytes = 0
    }

    private(set) var holdings: [String: Holding]
    /// What was added, and with a minus what was removed, since ``beginChanges()``. Right also when the holdings are
    /// those of a moment ago.
    private(set) var changes: [String: Holding] = [:]

    init(holdings: [String: Holding] = [:]) {
        self.holdings = holdings
    }

    var bytes: Int { holdings.values.reduce(0) { $0 + $1.bytes } }

    /// How much the source at this rank may hold.
    ///
    /// - Parameter rank: 1 for the one that holds most.
    static func share(ofRank rank: Int, limit: Int) -> Int {
        limit / (rank * (rank + 1))
    }

    /// Whether the source may have so many bytes more.
    ///
    /// It may then hold more than others did, who come after it: what they hold must fit that place, too.
    func admits(_ size: Int, from source: String, limit: Int) -> Bool {
        guard size <= limit - bytes else { return false }
        let old = holdings[source]?.bytes ?? 0
        var held = holdings.mapValues(\.bytes)
        held[source] = old + size
        let ranking = held.values.sorted(by: >).enumerated()
        return ranking.allSatisfy { index, bytes in
            let isMoved = (old...old + size).contains(bytes)
            return !isMoved || bytes <= Self.share(ofRank: index + 1, limit: limit)
        }
    }

    mutating func beginChanges() {
        changes = [:]
    }

    mutating func add(_ size: Int, to source: String) {
        change(source, entries: 1, bytes: size)
    }

    mutating func remove(_ size: Int, from source: String) {
        change(source, entries: -1, bytes: -size)
    }

    /// Takes what a source has to another's name.
    mutating func move(_ holding: Holding, from source: String, to other: String) {
        change(source, entries: -holding.entries, bytes: -holding.bytes)
        change(other, entries: holding.entries, bytes: holding.bytes)
    }

    private mutating func change(_ source: String, entries: Int, bytes: Int) {
        var holding = holdings[source] ?? Holding()
        holding.entries += entries
        holding.bytes += bytes
        holdings[source] = holding.entries > 0 ? holding : nil
        changes[source, default: Holding()].entries += entries
        changes[source, default: Holding()].bytes += bytes
    }
}
