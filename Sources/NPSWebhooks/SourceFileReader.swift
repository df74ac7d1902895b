import Yams

/// Reads the values of a source file and notes what is wrong with them.
struct SourceFileReader {
    let place: String
    private(set) var problems: [String] = []

    init(place: String) {
        self.place = place
    }

    mutating func note(_ problem: String) {
        problems.append("\(place) \(problem).")
    }

    mutating func text(_ node: Node, _ field: String) -> String? {
        guard case .scalar(let scalar) = node else {
            note("must have a single value for \(field)")
            return nil
        }
        return scalar.string
    }

    mutating func texts(_ node: Node, _ field: String) -> [String] {
        guard case .sequence(let elements) = node else { return text(node, field).map { [$0] } ?? [] }
        return elements.compactMap { text($0, field) }
    }

    mutating func choice<Choice>(_ node: Node, _ field: String, _ make: (String) -> Choice?) -> Choice? {
        guard let text = text(node, field) else { return nil }
        guard let choice = make(text) else {
            note("has a value for \(field) that is none of those known")
            return nil
        }
        return choice
    }

    mutating func signature(_ node: Node, over base: SignatureScheme) -> SignatureScheme? {
        guard case .mapping(let members) = node else {
            note("must have keys such as kind and header under signature")
            return nil
        }
        var scheme = base
        for (key, value) in members { read(key.string ?? "?", value, into: &scheme) }
        if scheme.kind != .none, scheme.headers.isEmpty { note("needs signature.header") }
        return scheme
    }

    private mutating func read(_ key: String, _ value: Node, into scheme: inout SignatureScheme) {
        let field = "signature." + key
        switch key {
        case "kind": scheme.kind = choice(value, field, SignatureScheme.Kind.init) ?? scheme.kind
        case "hash": scheme.hash = choice(value, field, SignatureScheme.Hash.init) ?? scheme.hash
        case "header": scheme.headers = texts(value, field)
        case "prefix": scheme.prefix = text(value, field) ?? ""
        case "encoding": scheme.encoding = choice(value, field, SignatureScheme.Encoding.init) ?? scheme.encoding
        case "separator": scheme.separator = choice(value, field) { $0.count == 1 ? $0.first : nil }
        case "content": scheme.content = choice(value, field, ContentTemplate.init) ?? scheme.content
        case "secret": scheme.secret = choice(value, field, SignatureScheme.SecretForm.init) ?? scheme.secret
        case "id": scheme.idHeaders = texts(value, field)
        case "timestamp": scheme.freshness = freshness(value, field)
        default: note("has the unknown key \(field)")
        }
    }

    private mutating func freshness(_ node: Node, _ field: String) -> SignatureScheme.Freshness? {
        guard case .mapping(let members) = node, let header = members["header"] else {
            note("needs header under \(field)")
            return nil
        }
        var freshness = SignatureScheme.Freshness(headers: texts(header, field + ".header"))
        for (key, value) in members {
            switch key.string {
            case "header": break
            case "clock":
                freshness.clock = choice(value, field + ".clock", SignatureScheme.Clock.init) ?? freshness.clock
            case "tolerance":
                let seconds = choice(value, field + ".tolerance") {
                    Int($0).flatMap { (1...86_400).contains($0) ? $0 : nil }
                }
                freshness.tolerance = seconds ?? freshness.tolerance
            default: note("has the unknown key \(field).\(key.string ?? "?")")
            }
        }
        return freshness
    }
}
