/// How much of the quarantine's room is taken, and by which sources.
package struct QuarantineUse: Sendable, Hashable, Codable {
    package struct Source: Sendable, Hashable, Codable {
        /// Its label, which is no secret.
        package let source: String
        package let entries: Int
        package let bytes: Int
        /// Whether one more entry like those that it has would be refused.
        package let isFull: Bool
    }

    /// In bytes.
    package let limit: Int
    /// Those that have entries, the one with the most bytes first.
    package let sources: [Source]

    /// One sentence for each source.
    package var sentences: [String] {
        sources.map { source in
            let size = "\(source.source) has \(source.entries) in quarantine, \(source.bytes) bytes of \(limit)"
            return source.isFull ? "\(size): there is no room for more of it. Replay or discard some." : size + "."
        }
    }
}

extension QuarantineUse {
    init(_ shares: QuarantineShares, limit: Int) {
        self.limit = limit
        sources = shares.holdings
            .map { source, holding in
                let usual = holding.bytes / max(1, holding.entries)
                return Source(
                    source: source,
                    entries: holding.entries,
                    bytes: holding.bytes,
                    isFull: !shares.admits(usual, from: source, limit: limit)
                )
            }
            .sorted { ($1.bytes, $0.source) < ($0.bytes, $1.source) }
    }
}

/// Why a delivery could not be quarantined.
package struct QuarantineRefusal: Sendable, Hashable {
    package let source: String
    /// What the source has in quarantine already, in bytes.
    package let held: Int
    /// What all sources have.
    package let taken: Int
    package let limit: Int
}
