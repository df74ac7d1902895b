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
        sources.enumerated().map { index, source in
            let size = "\(source.source) has \(source.entries) in quarantine: \(Self.size(source.bytes)) of the "
            let room = "\(Self.size(part(ofSourceAt: index))) that it may have"
            return size + room + (source.isFull ? ", which leaves no room for one more. Replay or discard some." : ".")
        }
    }

    /// How much the source may hold while the others keep what they have.
    private func part(ofSourceAt index: Int) -> Int {
        var rank = index + 1
        // It may pass one that holds more, as long as that one fits the place after it.
        while rank > 1, sources[rank - 2].bytes <= QuarantineShares.share(ofRank: rank, limit: limit) { rank -= 1 }
        let others = sources.reduce(0) { $0 + $1.bytes } - sources[index].bytes
        return max(0, min(QuarantineShares.share(ofRank: rank, limit: limit), limit - others))
    }

    private static func size(_ bytes: Int) -> String {
        switch bytes {
        case ..<10_240: "\(bytes) bytes"
        case ..<10_485_760: "\((bytes + 512) / 1_024) KiB"
        default: "\((bytes + 524_288) / 1_048_576) MiB"
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
