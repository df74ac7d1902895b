import NPSModel

/// Where a webhook delivery has its signature or token.
package enum SignaturePlace: Sendable, Hashable {
    /// In the first of these headers that is present.
    case header([String])
    /// In this field of an `application/x-www-form-urlencoded` body (Qualtrics).
    case formField(String)
    /// In this query parameter of the address, for tools that can't set a header. Tokens only: the address is configured
    /// once, so it can't contain a signature of each delivery.
    case query(String)

    /// For the sentences of ``SignatureRejection``.
    var description: String {
        switch self {
        case .header(let names): "header \(names.first ?? "signature")"
        case .formField(let name): "form field \(name)"
        case .query(let name): "parameter \(name) of the address"
        }
    }

    var headers: [String] {
        guard case .header(let names) = self else { return [] }
        return names
    }
}

/// A header that lists signatures: `v1,… v1,… v2,…` (Standard Webhooks) or `t=…,v1=…,v1=…` (Stripe).
package struct SignatureList: Sendable, Hashable {
    /// The ASCII character between two items.
    package var separator: Character = ","
    /// The ASCII character between an item's key and its value; nil when items have no keys.
    package var pair: Character?
    /// The keys of the items that are signatures. Items with other keys, such as those of other versions, are ignored.
    package var accept: [String] = []

    struct Item {
        /// Empty when items have no keys.
        let key: Substring
        let value: Substring
    }

    /// The items in their order, without the spaces around them.
    func items(in header: String) -> [Item] {
        // By bytes: to find where a character ends costs more than all else about a signature.
        let (separator, pair) = (separator.asciiValue ?? UInt8(ascii: ","), pair?.asciiValue)
        // Usually there is one.
        guard header.isEmpty || header.utf8.contains(separator) else {
            return item(in: header[...], pair).map { [$0] } ?? []
        }
        return header.utf8.split(separator: separator).compactMap { item(in: Substring($0), pair) }
    }

    private func item(in text: Substring, _ pair: UInt8?) -> Item? {
        let trimmed = text.trimmingSpaces
        guard let pair else { return Item(key: "", value: trimmed) }
        guard let middle = trimmed.utf8.firstIndex(of: pair) else { return nil }
        return Item(key: trimmed[..<middle], value: trimmed[trimmed.utf8.index(after: middle)...])
    }
}
