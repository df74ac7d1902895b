/// What is signed, put together from the delivery: text with `{body}`, `{timestamp}`, `{id}`, `{method}`, `{url}` and,
/// for digests, `{secret}`.
package struct ContentTemplate: Sendable, Hashable {
    enum Part: Hashable {
        case text(String)
        case body
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

    /// Nil for an unknown placeholder, an unclosed brace, or a template without `{body}`: the body could be anything.
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
        guard parts.contains(.body) else { return nil }
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
        default: nil
        }
    }

    /// The content in pieces, so that the body isn't copied.
    func pieces(_ delivery: WebhookDelivery, id: String, timestamp: String, secret: [UInt8]) -> [[UInt8]] {
        parts.map { part in
            switch part {
            case .text(let text): Array(text.utf8)
            case .body: delivery.body
            case .timestamp: Array(timestamp.utf8)
            case .id: Array(id.utf8)
            case .method: Array(delivery.method.utf8)
            case .url: Array(delivery.publicURL.utf8)
            case .secret: secret
            }
        }
    }
}
