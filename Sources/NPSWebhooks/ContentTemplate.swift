/// What is signed, put together from the delivery: text with `{body}`, `{timestamp}`, `{id}`, `{method}`, `{url}`.
package struct ContentTemplate: Sendable, Hashable {
    enum Part: Hashable {
        case text(String)
        case body
        case timestamp
        case id
        case method
        case url
    }

    package static let body = ContentTemplate(parts: [.body])
    package static let standardWebhooks = ContentTemplate(parts: [.id, .text("."), .timestamp, .text("."), .body])

    let parts: [Part]

    private init(parts: [Part]) {
        self.parts = parts
    }

    /// Nil for an unknown placeholder, an unclosed brace, or a template without `{body}`: that would sign nothing.
    package init?(_ text: String) {
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "}") else { return nil }
            switch rest[rest.index(after: open)..<close] {
            case "body": parts.append(.body)
            case "timestamp": parts.append(.timestamp)
            case "id": parts.append(.id)
            case "method": parts.append(.method)
            case "url": parts.append(.url)
            default: return nil
            }
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        guard parts.contains(.body) else { return nil }
        self.parts = parts
    }

    func bytes(_ delivery: WebhookDelivery, id: String, timestamp: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(delivery.body.count + 128)
        for part in parts {
            switch part {
            case .text(let text): bytes += Array(text.utf8)
            case .body: bytes += delivery.body
            case .timestamp: bytes += Array(timestamp.utf8)
            case .id: bytes += Array(id.utf8)
            case .method: bytes += Array(delivery.method.utf8)
            case .url: bytes += Array(delivery.publicURL.utf8)
            }
        }
        return bytes
    }
}
