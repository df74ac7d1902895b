import Foundation
import NPSModel

/// Checks deliveries against one scheme and its secrets, over the raw bytes, before anything is parsed.
struct Verifier: Sendable {
    let scheme: SignatureScheme
    let keys: [SigningKey]

    func verify(_ delivery: WebhookDelivery) throws(SignatureRejection) -> Verification {
        switch scheme.kind {
        case .hmac: try verifyCode(delivery)
        case .token: try verifyToken(delivery)
        case .none: Verification(deliveryID: try delivery.header(scheme.idHeaders), secretIndex: 0)
        }
    }

    private func verifyCode(_ delivery: WebhookDelivery) throws(SignatureRejection) -> Verification {
        let header = try required(scheme.headers, of: delivery)
        let id = scheme.idHeaders.isEmpty ? nil : try required(scheme.idHeaders, of: delivery)
        let timestamp = try checkedTimestamp(delivery)
        let given = signatures(in: header)
        let content = scheme.content.bytes(delivery, id: id ?? "", timestamp: timestamp ?? "")
        for (index, key) in keys.enumerated() {
            let code = key.code(over: content, hash: scheme.hash)
            if given.contains(where: { ConstantTime.areEqual($0, code) }) {
                return Verification(deliveryID: id, secretIndex: index)
            }
        }
        throw .wrongSignature
    }

    private func verifyToken(_ delivery: WebhookDelivery) throws(SignatureRejection) -> Verification {
        let given = Array(try required(scheme.headers, of: delivery).utf8)
        for (index, key) in keys.enumerated()
        where ConstantTime.areEqual(given, Array(scheme.prefix.utf8) + key.bytes) {
            return Verification(deliveryID: try delivery.header(scheme.idHeaders), secretIndex: index)
        }
        throw .wrongSignature
    }

    private func required(_ names: [String], of delivery: WebhookDelivery) throws(SignatureRejection) -> String {
        guard let value = try delivery.header(names), !value.isEmpty else {
            throw .missingHeader(names.first ?? "signature")
        }
        return value
    }

    /// Items without the scheme's prefix are of versions that this scheme doesn't know: skipped, not failed.
    private func signatures(in header: String) -> [[UInt8]] {
        let items = scheme.separator.map { header.split(separator: $0) } ?? [header[...]]
        return items.prefix(64).compactMap { item in
            guard item.hasPrefix(scheme.prefix) else { return nil }
            let text = item.dropFirst(scheme.prefix.count)
            return switch scheme.encoding {
            case .hex: Hexadecimal.decode(text)
            case .base64: Data(base64Encoded: String(text)).map(Array.init)
            }
        }
    }

    /// The timestamp as it was sent; nil where the scheme has none.
    private func checkedTimestamp(_ delivery: WebhookDelivery) throws(SignatureRejection) -> String? {
        guard let freshness = scheme.freshness else { return nil }
        let text = try required(freshness.headers, of: delivery)
        guard let signedAt = freshness.clock.date(text) else { throw .unreadableTimestamp }
        let age = delivery.receivedAt.timeIntervalSince(signedAt)
        if age > Double(freshness.tolerance) { throw .stale }
        if age < -Double(freshness.tolerance) { throw .future }
        return text
    }
}

extension SignatureScheme.Clock {
    /// Nil for anything but plain digits, or an ISO 8601 date.
    func date(_ text: String) -> Date? {
        switch self {
        case .seconds: Self.whole(text).map { Date(timeIntervalSince1970: Double($0)) }
        case .milliseconds: Self.whole(text).map { Date(timeIntervalSince1970: Double($0) / 1000) }
        case .iso8601: Timestamp.parse(text)
        }
    }

    func text(_ date: Date) -> String {
        switch self {
        case .seconds: String(Int64(date.timeIntervalSince1970))
        case .milliseconds: String(Int64(date.timeIntervalSince1970 * 1000))
        case .iso8601: Timestamp.format(date)
        }
    }

    private static func whole(_ text: String) -> Int64? {
        guard (1...15).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }
}
