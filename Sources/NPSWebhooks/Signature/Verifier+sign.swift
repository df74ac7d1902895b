import Foundation

extension Verifier {
    /// What makes a delivery of this body authentic, with the first secret that can sign; nil when none can:
    /// a public key verifies only.
    func sign(
        _ body: [UInt8],
        id: String,
        at date: Date,
        method: String,
        url: String
    ) -> SignedParts? {
        let delivery = WebhookDelivery(method: method, publicURL: url, headers: [], body: body, receivedAt: date)
        switch combination {
        case .any: return schemes.lazy.compactMap { $0.sign(delivery, id: id, with: $0.keys.first) }.first
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
            // What the next one signs is what is sent.
            if let body = signed.body { delivery = delivery.replacing(body: body) }
            parts = parts + signed
        }
        return parts
    }
}

extension SchemeVerifier {
    /// Nil too when the body lacks the field that is signed.
    fileprivate func sign(_ delivery: WebhookDelivery, id: String, with key: SigningKey?) -> SignedParts? {
        if scheme.kind == .none { return SignedParts() }
        guard let key, scheme.kind != .ed25519 else { return nil }
        let timestamp = scheme.freshness?.clock.text(delivery.receivedAt) ?? ""
        guard let url = try? signedURL(delivery),
            let pieces = try? scheme.content.pieces(delivery, id: id, timestamp: timestamp, url: url, secret: key.bytes)
        else { return nil }
        let code = scheme.kind == .token ? key.bytes : key.code(over: pieces, scheme)
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

    /// `v1,…` or `t=…,v1=…`, as the scheme's list wants it.
    private func listed(_ signature: String, timestamp: String) -> String {
        guard let list = scheme.list, let pair = list.pair, let version = list.accept.first else { return signature }
        let item = "\(version)\(pair)\(signature)"
        guard case .item(let key)? = scheme.freshness?.place else { return item }
        return "\(key)\(pair)\(timestamp)\(list.separator)\(item)"
    }
}
