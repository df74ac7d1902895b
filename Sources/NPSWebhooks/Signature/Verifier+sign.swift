import Foundation

extension Verifier {
    /// The headers that make a delivery of this body authentic, with the first secret that can sign; nil when none can:
    /// a public key verifies only.
    func sign(
        _ body: [UInt8],
        id: String,
        at date: Date,
        method: String,
        url: String
    ) -> [(name: String, value: String)]? {
        let delivery = WebhookDelivery(method: method, publicURL: url, headers: [], body: body, receivedAt: date)
        let signed = schemes.map { $0.sign(delivery, id: id) }
        switch combination {
        case .any: return signed.compactMap(\.self).first
        case .all: return signed.allSatisfy { $0 != nil } ? signed.compactMap(\.self).flatMap(\.self) : nil
        }
    }
}

extension SchemeVerifier {
    fileprivate func sign(_ delivery: WebhookDelivery, id: String) -> [(name: String, value: String)]? {
        if scheme.kind == .none { return [] }
        guard let key = keys.first, let header = scheme.headers.first, scheme.kind != .ed25519 else { return nil }
        let timestamp = scheme.freshness?.clock.text(delivery.receivedAt) ?? ""
        let pieces = scheme.content.pieces(delivery, id: id, timestamp: timestamp, secret: key.bytes)
        let code = scheme.kind == .token ? key.bytes : key.code(over: pieces, scheme)
        let signature = scheme.prefix + scheme.encoding.encode(code)
        var headers = [(name: header, value: listed(signature, timestamp: timestamp))]
        if let name = scheme.idHeaders.first { headers.append((name, id)) }
        if case .header(let names)? = scheme.freshness?.place, let name = names.first {
            headers.append((name, timestamp))
        }
        return headers
    }

    /// `v1,…` or `t=…,v1=…`, as the scheme's list wants it.
    private func listed(_ signature: String, timestamp: String) -> String {
        guard let list = scheme.list, let pair = list.pair, let version = list.accept.first else { return signature }
        let item = "\(version)\(pair)\(signature)"
        guard case .item(let key)? = scheme.freshness?.place else { return item }
        return "\(key)\(pair)\(timestamp)\(list.separator)\(item)"
    }
}
