import NPSModel

/// A header that lists signatures: `v1,… v1,… v2,…` (Standard Webhooks) or `t=…,v1=…,v1=…` (Stripe).
package struct SignatureList: Sendable, Hashable {
    /// Between two items.
    package var separator: Character = ","
    /// Between an item's key and its value; nil when items have no keys.
    package var pair: Character?
    /// Keys of the items that are signatures; others are of versions unknown here and skipped, not failed.
    package var accept: [String] = []

    struct Item {
        /// Empty where the list has no keys.
        let key: Substring
        let value: Substring
    }

    /// Items in their order; spaces around them don't count.
    func items(in header: String) -> [Item] {
        header.split(separator: separator).compactMap { text in
            let trimmed = text.trimmingSpaces
            guard let pair else { return Item(key: "", value: trimmed) }
            guard let middle = trimmed.firstIndex(of: pair) else { return nil }
            return Item(key: trimmed[..<middle], value: trimmed[trimmed.index(after: middle)...])
        }
    }
}
