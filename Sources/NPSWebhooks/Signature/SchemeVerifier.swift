import Foundation
import NPSModel

/// Verifies webhook deliveries by one scheme and the secrets that fit it, over the raw bytes, before anything is parsed.
struct SchemeVerifier: Sendable {
    /// Signatures in one header that are checked: far more than a rotation needs, so that an unsigned delivery has a
    /// bounded cost.
    static let signatureLimit = 8

    let scheme: SignatureScheme
    /// Empty only for kinds that need no secret.
    let keys: [SigningKey]

    func verify(_ delivery: WebhookDelivery) throws(SignatureRejection) -> VerifiedSignature {
        guard scheme.kind.needsSecret else {
            if scheme.kind == .clientCertificate {
                try delivery.certificate.check(by: scheme.certificates)
                guard try !delivery.isFromPage else { throw .refusedCertificate(.fromPage) }
            }
            return VerifiedSignature(deliveryID: try delivery.header(scheme.idHeaders)?.value, secretIndex: nil)
        }
        let claim = try claim(of: delivery)
        let index = try matchingKey(delivery, claim)
        try checkBodyTimestamp(delivery)
        return VerifiedSignature(
            deliveryID: claim.id,
            signedDeliveryID: scheme.signsID ? claim.id : nil,
            secretIndex: index
        )
    }

    /// What a delivery says of its signature; proved by nothing yet.
    struct Claim {
        /// Nil where the scheme has none.
        fileprivate let id: String?
        /// Of an age that is accepted; nil where the scheme has none outside of the body.
        fileprivate let timestamp: String?
        /// At least one.
        fileprivate let signatures: [[UInt8]]
    }

    /// Where the signature is in a header, this reads nothing of the body.
    func claim(of delivery: WebhookDelivery) throws(SignatureRejection) -> Claim {
        if let kind = scheme.onlyKind { try delivery.require(kind) }
        let carrier = try carrier(in: delivery)
        let id = scheme.idHeaders.isEmpty ? nil : try required(scheme.idHeaders, of: delivery).value
        let timestamp = try checkedTimestamp(delivery, in: carrier)
        let signatures = signatures(in: carrier)
        guard !signatures.isEmpty else { throw .unreadableSignature(carrier.place) }
        return Claim(id: id, timestamp: timestamp, signatures: signatures)
    }

    /// The index of the secret whose signature is among these.
    private func matchingKey(_ delivery: WebhookDelivery, _ claim: Claim) throws(SignatureRejection) -> Int {
        let url = scheme.content.hasURL ? try signedURL(delivery) : []
        for key in keys {
            let pieces = try scheme.content.pieces(
                delivery,
                id: claim.id ?? "",
                timestamp: claim.timestamp ?? "",
                url: url,
                secret: key.bytes
            )
            if matches(key, claim.signatures, pieces) { return key.index }
        }
        throw .wrongSignature
    }

    /// Where the signature was found and the text there. For a header, the place has only the name that was present.
    private struct Carrier {
        let place: SignaturePlace
        let value: String
    }

    private func carrier(in delivery: WebhookDelivery) throws(SignatureRejection) -> Carrier {
        switch scheme.place {
        case .header(let names):
            let header = try required(names, of: delivery)
            return Carrier(place: .header([header.name]), value: header.value)
        case .formField(let name): return Carrier(place: scheme.place, value: try delivery.formField(name))
        case .query(let name): return Carrier(place: scheme.place, value: try delivery.parameter(name))
        }
    }

    func signedURL(_ delivery: WebhookDelivery) throws(SignatureRejection) -> [UInt8] {
        let url = Array(delivery.publicURL.utf8)
        guard !scheme.decodedInURL.isEmpty else { return url }
        // No sender that follows the scheme can have signed a broken escape.
        guard let decoded = PercentEncoding.decode(url[...], only: scheme.decodedInURL.contains) else {
            throw .wrongSignature
        }
        return decoded
    }

    private func matches(_ key: SigningKey, _ signatures: [[UInt8]], _ pieces: [[UInt8]]) -> Bool {
        switch scheme.kind {
        case .hmac, .digest:
            let code = key.code(over: pieces)
            return signatures.contains { ConstantTime.areEqual($0, code) }
        case .ed25519: return signatures.contains { key.isValid($0, over: pieces) }
        case .token: return signatures.contains { ConstantTime.areEqualSecrets($0, key.bytes) }
        case .clientCertificate, .none: return false
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

    private func signatures(in carrier: Carrier) -> [[UInt8]] {
        var texts = [carrier.value[...]]
        if let list = scheme.list {
            texts = list.items(in: carrier.value).filter { list.pair == nil || list.accept.contains(String($0.key)) }
                .map(\.value)
        }
        return texts.prefix(Self.signatureLimit).compactMap { text in
            guard hasPrefix(text, in: carrier.place) else { return nil }
            let rest = scheme.prefix.isEmpty ? text : text.dropFirst(scheme.prefix.count)
            return scheme.encoding.decode(rest).flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    /// In `Authorization`, the prefix is the name of a scheme such as `Bearer`, which has no case (RFC 9110 §11.1).
    private func hasPrefix(_ text: Substring, in place: SignaturePlace) -> Bool {
        if scheme.prefix.isEmpty { return true }
        guard place.headers.first?.lowercased() == "authorization" else { return text.hasPrefix(scheme.prefix) }
        return text.prefix(scheme.prefix.count).lowercased() == scheme.prefix.lowercased()
    }

    /// The timestamp as it was sent, if its age is accepted; nil where the scheme has none outside of the body.
    private func checkedTimestamp(
        _ delivery: WebhookDelivery,
        in signature: Carrier
    ) throws(SignatureRejection) -> String? {
        guard let freshness = scheme.freshness,
            let header = try timestamp(freshness.place, of: delivery, in: signature)
        else { return nil }
        guard let signedAt = freshness.timestampFormat.date(header.value) else {
            throw .unreadableTimestamp(header.name)
        }
        try checkAge(signedAt, freshness, of: delivery)
        return header.value
    }

    /// Called only after the signature matched, because it parses the body.
    private func checkBodyTimestamp(_ delivery: WebhookDelivery) throws(SignatureRejection) {
        guard let freshness = scheme.freshness, case .body(let path) = freshness.place else { return }
        var value = delivery.json
        for name in path.split(separator: ".") { value = value?[String(name)] }
        let text = value?.string ?? value?.integer.map { String($0) } ?? ""
        guard let signedAt = freshness.timestampFormat.date(text) else { throw .noTimestampInBody(path) }
        try checkAge(signedAt, freshness, of: delivery)
    }

    private func checkAge(
        _ signedAt: Date,
        _ freshness: SignatureScheme.Freshness,
        of delivery: WebhookDelivery
    ) throws(SignatureRejection) {
        let age = delivery.receivedAt.timeIntervalSince(signedAt)
        let tolerance = Double(freshness.tolerance)
        if tolerance > 0, age > tolerance { throw .stale }
        if tolerance > 0, age < -tolerance, freshness.direction == .both { throw .future }
    }

    /// The timestamp and the header it is in; nil for one in the body.
    private func timestamp(
        _ place: SignatureScheme.Freshness.Place,
        of delivery: WebhookDelivery,
        in signature: Carrier
    ) throws(SignatureRejection) -> WebhookDelivery.Header? {
        switch place {
        case .header(let names): return try required(names, of: delivery)
        case .item(let key):
            let values = scheme.list?.items(in: signature.value).filter { $0.key == key } ?? []
            let name = signature.place.headers.first ?? ""
            guard values.count == 1 else { throw .missingTimestamp(name) }
            return WebhookDelivery.Header(name: name, value: String(values[0].value))
        case .body: return nil
        }
    }
}
