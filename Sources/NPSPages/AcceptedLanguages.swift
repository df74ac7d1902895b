import NPSModel

/// The language ranges of an `Accept-Language` field (RFC 9110 §12.5.4), most preferred first.
///
/// Ranges with quality 0 are left out, and those of equal quality keep their order. Malformed items are skipped, because
/// a page in English is better than an error.
package struct AcceptedLanguages {
    /// More items than any browser sends; the rest of a longer list is ignored.
    private static let limit = 32

    package let ranges: [String]

    /// - Parameter fieldLines: the values of the header's lines, in order.
    package init(_ fieldLines: [String]) {
        guard !fieldLines.isEmpty else {
            ranges = []
            return
        }
        let items = fieldLines.flatMap { $0.utf8.split(separator: UInt8(ascii: ","), maxSplits: Self.limit) }
            .prefix(Self.limit).compactMap { Self.item(Substring($0)) }
        let wanted = items.enumerated().filter { $0.element.quality > 0 }.sorted { first, second in
            (second.element.quality, first.offset) < (first.element.quality, second.offset)
        }
        ranges = wanted.map(\.element.range)
    }

    private static func item(_ text: Substring) -> (range: String, quality: Int)? {
        let parts = text.utf8.split(separator: UInt8(ascii: ";")).map { Substring($0).trimmingSpaces }
        guard let range = parts.first, !range.isEmpty else { return nil }
        guard parts.count > 1 else { return (String(range), 1_000) }
        let weight = parts[1].lowercased()
        guard parts.count == 2, weight.hasPrefix("q="), let quality = quality(weight.dropFirst(2)) else { return nil }
        return (String(range), quality)
    }

    /// In thousandths: `qvalue` has at most three decimals.
    private static func quality(_ text: Substring) -> Int? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, whole == "0" || whole == "1" else { return nil }
        let decimals = parts.count > 1 ? parts[1] : ""
        guard decimals.utf8.count <= 3, decimals.utf8.allSatisfy(\.isASCIIDigit) else { return nil }
        let padded = decimals + String(repeating: "0", count: 3 - decimals.utf8.count)
        guard let thousandths = Int(whole + padded), thousandths <= 1_000 else { return nil }
        return thousandths
    }
}
