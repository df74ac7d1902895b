import Foundation

/// What must be added to a request to authenticate it.
package struct SignedParts: Sendable {
    package typealias Pair = (name: String, value: String)

    package var headers: [Pair] = []
    /// Fields that are appended to a form-encoded body.
    package var formFields: [Pair] = []
    /// The body to send instead, without the signature that it had already; nil = the body as it is.
    package var body: [UInt8]?
    /// Parameters that are appended to the address.
    package var query: [Pair] = []

    static func + (left: SignedParts, right: SignedParts) -> SignedParts {
        SignedParts(
            headers: left.headers + right.headers,
            formFields: left.formFields + right.formFields,
            body: right.body ?? left.body,
            query: left.query + right.query
        )
    }
}

extension Verifier {
    /// Signs a delivery of this body with the first secret that can sign; nil when none can, as a public key only verifies.
    func sign(
        _ body: [UInt8],
        id: String,
        at date: Date,
        method: String,
        url: String
    ) -> SignedParts? {
        let delivery = WebhookDelivery(method: method, publicURL: url, headers: [], body: body, receivedAt: date)
        switch combination {
        case .any:
            let sorted = schemes.filter(\.scheme.kind.needsSecret) + schemes.filter { !$0.scheme.kind.needsSecret }
            return sorted.lazy.compactMap { $0.sign(delivery, id: id, with: $0.keys.first) }.first
        case .all: return signAll(delivery, id: id)
        }
    }

    private func signAll(_ delivery: WebhookDelivery, id: String) -> SignedParts? {
        var delivery = delivery
        var uses = SecretUses()
        var parts = SignedParts()
        for scheme in schemes {
            let key = scheme.keys.first { key in
                var tried = uses
                return tried.add(key.index, by: scheme.scheme.kind)
            }
            guard let signed = scheme.sign(delivery, id: id, with: key) else { return nil }
            _ = uses.add(key?.index, by: scheme.scheme.kind)
            // The next scheme signs the body that is sent.
            if let body = signed.body { delivery = delivery.replacing(body: body) }
            parts = parts + signed
        }
        return parts
    }
}

extension SchemeVerifier {
    /// Nil when the key can't sign, and when the body lacks the field that is signed.
    fileprivate func sign(_ delivery: WebhookDelivery, id: String, with key: SigningKey?) -> SignedParts? {
        guard scheme.kind.needsSecret else { return SignedParts() }
        guard let key, scheme.kind != .ed25519 else { return nil }
        let timestamp = scheme.freshness?.timestampFormat.text(delivery.receivedAt) ?? ""
        guard let url = try? signedURL(delivery),
            let pieces = try? scheme.content.pieces(delivery, id: id, timestamp: timestamp, url: url, secret: key.bytes)
        else { return nil }
        let code = scheme.kind == .token ? key.bytes : key.code(over: pieces)
        let signature = scheme.prefix + scheme.encoding.encode(code)
        let value = listed(signature, timestamp: timestamp)
        var parts = SignedParts()
        switch scheme.place {
        case .header(let names): parts.headers = names.first.map { [($0, value)] } ?? []
        case .formField(let name):
            parts.formFields = [(name, value)]
            let rest = URLEncodedFields.removing(name, from: delivery.body)
            parts.body = rest == delivery.body ? nil : rest
        case .query(let name): parts.query = [(name, value)]
        }
        if let name = scheme.idHeaders.first { parts.headers.append((name, id)) }
        if case .header(let names)? = scheme.freshness?.place, let name = names.first {
            parts.headers.append((name, timestamp))
        }
        return parts
    }

    /// The signature as an item of the scheme's list, such as `v1,…` or `t=…,v1=…`.
    private func listed(_ signature: String, timestamp: String) -> String {
        guard let list = scheme.list, let pair = list.pair, let version = list.accept.first else { return signature }
        let item = "\(version)\(pair)\(signature)"
        guard case .item(let key)? = scheme.freshness?.place else { return item }
        return "\(key)\(pair)\(timestamp)\(list.separator)\(item)"
    }
}
