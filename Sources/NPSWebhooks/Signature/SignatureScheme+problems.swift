extension SignatureScheme {
    /// What makes a scheme useless or unsafe although each of its values is valid. `field` is relative to the scheme, such
    /// as `.header`.
    var problems: [(field: String, message: String)] {
        guard kind.needsSecret else { return certificateProblems }
        var problems = certificateProblems
        if encoding == .plain, kind != .token {
            problems.append((".encoding", "must be hex, base64 or base64url: only tokens are plain"))
        }
        if let list, list.pair != nil, list.accept.isEmpty {
            problems.append((".list.accept", "is missing: it names the keys of the items that are signatures"))
        }
        return placeProblems + problems + contentProblems + freshnessProblems
    }

    private var certificateProblems: [(field: String, message: String)] {
        guard kind == .clientCertificate else {
            return certificates == ClientCertificateRule()
                ? [] : [("", "must have ca and san with the kind client_certificate only")]
        }
        var problems: [(field: String, message: String)] = []
        if certificates.authorities == nil {
            problems.append((".ca", "is missing: it names a PEM file with the authorities that are believed"))
        }
        if certificates.names.isEmpty {
            problems.append((".san", "is missing: it is the name in the client's certificate, or a list of names"))
        }
        return problems
    }

    private var placeProblems: [(field: String, message: String)] {
        switch place {
        case .header(let names) where names.isEmpty:
            [(".header", "is missing: it names the header with the signature")]
        case .formField(""), .query(""):
            [("", "must name the field or parameter with the signature")]
        case .query where kind != .token:
            [(".query", "is for tokens only: the address can't contain a signature")]
        default: []
        }
    }

    private var contentProblems: [(field: String, message: String)] {
        guard kind != .token else { return [] }
        var problems: [(field: String, message: String)] = []
        let parts = content.parts
        if kind == .digest, !parts.contains(.secret) {
            problems.append((".content", "must contain {secret}: without it anybody could make the digest"))
        }
        if kind != .digest, parts.contains(.secret) {
            problems.append((".content", "must not contain {secret}: only digests do"))
        }
        if parts.contains(.id), idHeaders.isEmpty {
            problems.append((".id", "is missing: it names the header for {id}"))
        }
        if parts.contains(.timestamp), freshness == nil {
            problems.append((".timestamp", "is missing: it says where {timestamp} is"))
        }
        return problems
    }

    private var freshnessProblems: [(field: String, message: String)] {
        guard let freshness else { return [] }
        var problems: [(field: String, message: String)] = []
        let isSigned: Bool =
            if case .body = freshness.place { content.parts.contains(.body) } else {
                content.parts.contains(.timestamp)
            }
        if kind == .token || !isSigned {
            problems.append(
                (".timestamp", "proves nothing unless content contains {timestamp}, or {body} for one in the body")
            )
        }
        switch freshness.place {
        case .body where content.parts.contains(.timestamp):
            problems.append(
                (".timestamp.body", "is read after the signature is verified, so content can't contain {timestamp}")
            )
        case .body(let path) where path.split(separator: ".", omittingEmptySubsequences: false).contains(""):
            problems.append((".timestamp.body", "must be a path of names with dots between them, such as data.sent_at"))
        case .header(let names) where names.isEmpty:
            problems.append((".timestamp.header", "is missing: it names the header with the time of signing"))
        case .item(let key) where key.isEmpty || list?.pair == nil:
            problems.append((".timestamp.item", "must be the key of an item, which needs list.pair"))
        default: break
        }
        return problems
    }
}
