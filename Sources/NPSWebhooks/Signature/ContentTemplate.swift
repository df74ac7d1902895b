/// The content that is signed: text with the placeholders `{body}` or `{form:NAME}` (one field of a form), `{timestamp}`,
/// `{id}`, `{method}`, `{url}` and, for digests, `{secret}`.
package struct ContentTemplate: Sendable, Hashable {
    enum Part: Hashable {
        case text(String)
        case body
        /// Only the value of this field is signed, so a mapping must read no other field of the form.
        case formField(String)
        case timestamp
        case id
        case method
        case url
        case secret
    }

    package static let body = ContentTemplate(parts: [.body])

    let parts: [Part]

    private init(parts: [Part]) {
        self.parts = parts
    }

    /// Nil for an unknown placeholder, an unclosed brace, or a template with neither `{body}` nor `{form:NAME}`, whose
    /// signature would be good for any body.
    package init?(_ text: String) {
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "}") else { return nil }
            guard let part = Self.part(rest[rest.index(after: open)..<close]) else { return nil }
            parts.append(part)
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        guard parts.contains(where: \.isContent) else { return nil }
        self.parts = parts
    }

    private static func part(_ name: Substring) -> Part? {
        switch name {
        case "body": .body
        case "timestamp": .timestamp
        case "id": .id
        case "method": .method
        case "url": .url
        case "secret": .secret
        default:
            name.hasPrefix("form:") && name.utf8.count > 5 ? .formField(String(name.dropFirst(5))) : nil
        }
    }

    /// Whether the delivery's address is part of it.
    var hasURL: Bool { parts.contains(.url) }

    /// The content in pieces; a body that is all of it isn't copied.
    ///
    /// - Parameter url: the delivery's address in the form in which it is signed.
    func pieces(
        _ delivery: WebhookDelivery,
        id: String,
        timestamp: String,
        url: [UInt8],
        secret: [UInt8]
    ) throws(SignatureRejection) -> [[UInt8]] {
        try parts.map { part throws(SignatureRejection) in
            switch part {
            case .text(let text): Array(text.utf8)
            case .body: delivery.body
            case .formField(let name): Array(try delivery.formField(name).utf8)
            case .timestamp: Array(timestamp.utf8)
            case .id: Array(id.utf8)
            case .method: Array(delivery.method.utf8)
            case .url: url
            case .secret: secret
            }
        }
    }
}

extension ContentTemplate.Part {
    fileprivate var isContent: Bool {
        switch self {
        case .body, .formField: true
        default: false
        }
    }
}
