extension SignatureScheme {
    /// What makes a scheme senseless or unsafe although each of its values is fine. `field` is what to add to the
    /// scheme's own, such as `.header`.
    var flaws: [(field: String, message: String)] {
        guard kind != .none else { return [] }
        var flaws: [(field: String, message: String)] = []
        if encoding == .plain, kind != .token {
            flaws.append((".encoding", "must be hex, base64 or base64url: only tokens are plain"))
        }
        if let list, list.pair != nil, list.accept.isEmpty {
            flaws.append((".list.accept", "is missing: it names the keys of the items that are signatures"))
        }
        return placeFlaws + flaws + contentFlaws + freshnessFlaws
    }

    private var placeFlaws: [(field: String, message: String)] {
        switch place {
        case .header(let names) where names.isEmpty:
            [(".header", "is missing: it names the header with the signature")]
        case .formField(""), .query(""):
            [("", "must name the field or parameter with the signature")]
        case .query where kind != .token:
            [(".query", "is for tokens only: a signature can't stand in the address")]
        default: []
        }
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
        let isSigned: Bool =
            if case .body = freshness.place { content.parts.contains(.body) } else {
                content.parts.contains(.timestamp)
            }
        if kind == .token || !isSigned {
            flaws.append(
                (".timestamp", "proves nothing unless content holds {timestamp}, or {body} for one in the body")
            )
        }
        switch freshness.place {
        case .body where content.parts.contains(.timestamp):
            flaws.append((".timestamp.body", "is read after the signature, so content can't hold {timestamp}"))
        case .body(let path) where path.split(separator: ".", omittingEmptySubsequences: false).contains(""):
            flaws.append((".timestamp.body", "must be a path of names with dots between them, such as data.sent_at"))
        case .header(let names) where names.isEmpty:
            flaws.append((".timestamp.header", "is missing: it names the header with the time of signing"))
        case .item(let key) where key.isEmpty || list?.pair == nil:
            flaws.append((".timestamp.item", "must be the key of an item, which needs list.pair"))
        default: break
        }
        return flaws
    }
}
