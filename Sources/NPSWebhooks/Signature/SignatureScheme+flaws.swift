extension SignatureScheme {
    /// What makes a scheme senseless or unsafe although each of its values is fine. `field` is what to add to the
    /// scheme's own, such as `.header`.
    var flaws: [(field: String, message: String)] {
        guard kind != .none else { return [] }
        var flaws: [(field: String, message: String)] = []
        if headers.isEmpty { flaws.append((".header", "is missing: it names the header with the signature")) }
        if encoding == .plain, kind != .token {
            flaws.append((".encoding", "must be hex, base64 or base64url: only tokens are plain"))
        }
        if let list, list.pair != nil, list.accept.isEmpty {
            flaws.append((".list.accept", "is missing: it names the keys of the items that are signatures"))
        }
        return flaws + contentFlaws + freshnessFlaws
    }

    private var contentFlaws: [(field: String, message: String)] {
        guard kind != .token else { return [] }
        var flaws: [(field: String, message: String)] = []
        let parts = content.parts
        if kind == .digest, !parts.contains(.secret) {
            flaws.append((".content", "must hold {secret}: without it anybody could make the digest"))
        }
        if kind != .digest, parts.contains(.secret) {
            flaws.append((".content", "must not hold {secret}: only digests do"))
        }
        if parts.contains(.id), idHeaders.isEmpty {
            flaws.append((".id", "is missing: it names the header for {id}"))
        }
        if parts.contains(.timestamp), freshness == nil {
            flaws.append((".timestamp", "is missing: it says where {timestamp} stands"))
        }
        return flaws
    }

    private var freshnessFlaws: [(field: String, message: String)] {
        guard let freshness else { return [] }
        var flaws: [(field: String, message: String)] = []
        if kind == .token || !content.parts.contains(.timestamp) {
            flaws.append((".timestamp", "proves nothing unless content holds {timestamp}"))
        }
        switch freshness.place {
        case .header(let names) where names.isEmpty:
            flaws.append((".timestamp.header", "is missing: it names the header with the time of signing"))
        case .item(let key) where key.isEmpty || list?.pair == nil:
            flaws.append((".timestamp.item", "must be the key of an item, which needs list.pair"))
        default: break
        }
        return flaws
    }
}
