import Foundation

/// Checks deliveries against one scheme and the secrets that fit it, over the raw bytes, before anything is parsed.
struct SchemeVerifier: Sendable {
    /// Far more than a rotation needs; bounds what an unsigned delivery can cost.
    static let signatureLimit = 16

    let scheme: SignatureScheme
    /// Empty only for the kind `none`.
    let keys: [SigningKey]

    func verify(_ delivery: WebhookDelivery) throws(SignatureRejection) -> Verification {
        guard scheme.kind != .none else {
            return Verification(deliveryID: try delivery.header(scheme.idHeaders)?.value, secretIndex: nil)
        }
        let header = try required(scheme.headers, of: delivery)
        let id = scheme.idHeaders.isEmpty ? nil : try required(scheme.idHeaders, of: delivery).value
        let timestamp = try checkedTimestamp(delivery, in: header)
        let signatures = signatures(in: header.value)
        guard !signatures.isEmpty else { throw .unreadableSignature(header.name) }
        for key in keys {
            let pieces = scheme.content.pieces(delivery, id: id ?? "", timestamp: timestamp ?? "", secret: key.bytes)
            if matches(key, signatures, pieces) { return Verification(deliveryID: id, secretIndex: key.index) }
        }
        throw .wrongSignature
    }

    private func matches(_ key: SigningKey, _ signatures: [[UInt8]], _ pieces: [[UInt8]]) -> Bool {
        switch scheme.kind {
        case .hmac, .digest:
            let code = key.code(over: pieces, scheme)
            return signatures.contains { ConstantTime.areEqual($0, code) }
        case .ed25519: return signatures.contains { key.isValid($0, over: pieces) }
        case .token: return signatures.contains { ConstantTime.areEqualSecrets($0, key.bytes) }
        case .none: return false
        }
    }

    private func required(
        _ names: [String],
        of delivery: WebhookDelivery
    ) throws(SignatureRejection) -> WebhookDelivery.Header {
        guard let header = try delivery.header(names), !header.value.isEmpty else {
            throw .missingHeader(names.first ?? "signature")
        }
        return header
    }

    private func signatures(in header: String) -> [[UInt8]] {
        var texts = [header[...]]
        if let list = scheme.list {
            texts = list.items(in: header).filter { list.pair == nil || list.accept.contains(String($0.key)) }
                .map(\.value)
        }
        return texts.prefix(Self.signatureLimit).compactMap { text in
            guard text.hasPrefix(scheme.prefix) else { return nil }
            return scheme.encoding.decode(text.dropFirst(scheme.prefix.count)).flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    /// The timestamp as it was sent; nil where the scheme has none.
    private func checkedTimestamp(
        _ delivery: WebhookDelivery,
        in signature: WebhookDelivery.Header
    ) throws(SignatureRejection) -> String? {
        guard let freshness = scheme.freshness else { return nil }
        let header = try timestamp(freshness.place, of: delivery, in: signature)
        guard let signedAt = freshness.clock.date(header.value) else { throw .unreadableTimestamp(header.name) }
        let age = delivery.receivedAt.timeIntervalSince(signedAt)
        let tolerance = Double(freshness.tolerance)
        if tolerance > 0, age > tolerance { throw .stale }
        if tolerance > 0, age < -tolerance, freshness.direction == .both { throw .future }
        return header.value
    }

    private func timestamp(
        _ place: SignatureScheme.Freshness.Place,
        of delivery: WebhookDelivery,
        in signature: WebhookDelivery.Header
    ) throws(SignatureRejection) -> WebhookDelivery.Header {
        switch place {
        case .header(let names): return try required(names, of: delivery)
        case .item(let key):
            let values = scheme.list?.items(in: signature.value).filter { $0.key == key } ?? []
            guard values.count == 1 else { throw .missingTimestamp(signature.name) }
            return WebhookDelivery.Header(name: signature.name, value: String(values[0].value))
        }
    }
}
