import Yams

extension SourceFileReader {
    /// The value of `signature:`: the keys of one scheme, or `any_of` or `all_of` with a list of schemes. The keys of one
    /// scheme override those of the preset one by one, in each of its schemes.
    mutating func policy(_ node: Node, over base: SignaturePolicy?) -> SignaturePolicy? {
        guard let members = mapping(node, "signature") else { return nil }
        if let alternatives = members["any_of"] ?? members["all_of"] {
            guard members.count == 1 else {
                note(node, "signature", "must have no other key next to any_of or all_of")
                return nil
            }
            return policy(alternatives, members["any_of"] == nil ? .all : .any)
        }
        let bases = base ?? SignaturePolicy(schemes: [SignatureScheme()])
        let schemes = bases.schemes.map { scheme(node, members, "signature", over: $0) }
        // A key that overrides several schemes is reported once.
        removeRepeatedProblems()
        return SignaturePolicy(combination: bases.combination, schemes: schemes)
    }

    private mutating func policy(_ node: Node, _ combination: SignaturePolicy.Combination) -> SignaturePolicy? {
        let field = combination == .any ? "signature.any_of" : "signature.all_of"
        guard case .sequence(let elements) = node, !elements.isEmpty else {
            note(node, field, "must be a list of schemes")
            return nil
        }
        var schemes: [SignatureScheme] = []
        for (index, element) in elements.enumerated() {
            let field = "\(field)[\(index)]"
            guard let members = mapping(element, field) else { continue }
            schemes.append(scheme(element, members, field, over: SignatureScheme()))
        }
        return schemes.isEmpty ? nil : SignaturePolicy(combination: combination, schemes: schemes)
    }

    private mutating func scheme(
        _ node: Node,
        _ members: Node.Mapping,
        _ field: String,
        over base: SignatureScheme
    ) -> SignatureScheme {
        var scheme = base
        if members["kind"]?.string == SignatureScheme.Kind.clientCertificate.rawValue {
            scheme = SignatureScheme()
            for key in members.keys where !["kind", "ca", "san", "id"].contains(key.string) {
                note(key, "\(field).\(key.string ?? "?")", "means nothing with the kind client_certificate")
            }
        }
        let places = ["header", "form_field", "query"].filter { members[Node($0)] != nil }
        if places.count > 1 { note(node, field, "must have only one of header, form_field and query") }
        for (key, value) in members { readMember(key, value, field, into: &scheme) }
        if scheme.kind == .token, members["encoding"] == nil, base.kind != .token { scheme.encoding = .plain }
        for problem in scheme.problems { note(node, field + problem.field, problem.message) }
        return scheme
    }

    private mutating func readMember(_ key: Node, _ value: Node, _ parent: String, into scheme: inout SignatureScheme) {
        let field = "\(parent).\(key.string ?? "?")"
        switch key.string {
        case "kind": scheme.kind = choice(value, field, SignatureScheme.Kind.self) ?? scheme.kind
        case "hash": scheme.hash = choice(value, field, SignatureScheme.Hash.self) ?? scheme.hash
        case "header": scheme.place = .header(texts(value, field))
        case "form_field": scheme.place = .formField(text(value, field) ?? "")
        case "query": scheme.place = .query(text(value, field) ?? "")
        case "list": scheme.list = list(value, field, over: scheme.list)
        case "prefix": scheme.prefix = text(value, field) ?? scheme.prefix
        case "encoding": scheme.encoding = choice(value, field, SignatureEncoding.self) ?? scheme.encoding
        case "url_decode": scheme.decodedInURL = Set((text(value, field) ?? "").utf8)
        case "content": scheme.content = template(value, field) ?? scheme.content
        case "secret": scheme.secret = secret(value, field, over: scheme.secret)
        case "id": scheme.idHeaders = texts(value, field)
        case "ca": scheme.certificates.authorities = authorities(value, field)
        case "san": scheme.certificates.names = certificateNames(value, field)
        case "timestamp": scheme.freshness = freshness(value, field, over: scheme.freshness)
        default: noteUnknown(key, in: parent)
        }
    }

    private mutating func template(_ node: Node, _ field: String) -> ContentTemplate? {
        guard let text = text(node, field) else { return nil }
        if let template = ContentTemplate(text) { return template }
        note(
            node,
            field,
            "must contain {body} or {form:NAME}; other placeholders are {timestamp}, {id}, {method}, {url} and {secret}"
        )
        return nil
    }

    private mutating func list(_ node: Node, _ field: String, over base: SignatureList?) -> SignatureList? {
        guard let members = mapping(node, field) else { return base }
        var list = base ?? SignatureList()
        for (key, value) in members {
            switch key.string {
            case "separator": list.separator = character(value, field + ".separator") ?? list.separator
            case "pair": list.pair = character(value, field + ".pair") ?? list.pair
            case "accept": list.accept = texts(value, field + ".accept")
            default: noteUnknown(key, in: field)
            }
        }
        return list
    }

    /// An encoding alone, or the keys `encoding`, `prefix`, `template` and `number`.
    private mutating func secret(_ node: Node, _ field: String, over base: SecretFormat) -> SecretFormat {
        if case .scalar = node {
            return SecretFormat(encoding: choice(node, field, SecretFormat.Encoding.self) ?? base.encoding)
        }
        guard let members = mapping(node, field) else { return base }
        var form = base
        for (key, value) in members {
            switch key.string {
            case "encoding":
                form.encoding = choice(value, field + ".encoding", SecretFormat.Encoding.self) ?? form.encoding
            case "prefix": form.prefix = text(value, field + ".prefix") ?? form.prefix
            case "template":
                form.template = text(value, field + ".template")
                if form.template?.contains("{secret}") == false {
                    note(value, field + ".template", "must contain {secret}")
                }
            case "number": form.numbers = numbers(value, field + ".number", in: 1...64)
            default: noteUnknown(key, in: field)
            }
        }
        return form
    }

    private mutating func freshness(
        _ node: Node,
        _ field: String,
        over base: SignatureScheme.Freshness?
    ) -> SignatureScheme.Freshness? {
        guard let members = mapping(node, field) else { return base }
        var freshness = base ?? SignatureScheme.Freshness(place: .header([]))
        for (key, value) in members {
            switch key.string {
            case "header": freshness.place = .header(texts(value, field + ".header"))
            case "body": freshness.place = .body(text(value, field + ".body") ?? "")
            case "item": freshness.place = .item(text(value, field + ".item") ?? "")
            case "clock":
                freshness.timestampFormat =
                    choice(value, field + ".clock", TimestampFormat.self) ?? freshness.timestampFormat
            case "tolerance":
                freshness.tolerance = number(value, field + ".tolerance", in: 0...86_400) ?? freshness.tolerance
            case "direction":
                let direction = choice(value, field + ".direction", SignatureScheme.Freshness.Direction.self)
                freshness.direction = direction ?? freshness.direction
            default: noteUnknown(key, in: field)
            }
        }
        return freshness
    }
}
