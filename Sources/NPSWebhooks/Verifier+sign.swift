import Foundation
import NPSModel

extension Verifier {
    /// The headers that make a delivery of this body authentic, with the first secret.
    func sign(_ body: [UInt8], id: String, at date: Date) -> [(name: String, value: String)] {
        guard let key = keys.first, let header = scheme.headers.first else { return [] }
        guard scheme.kind == .hmac else {
            return [(header, scheme.prefix + String(decoding: key.bytes, as: UTF8.self))]
        }
        let timestamp = scheme.freshness?.clock.text(date) ?? ""
        let delivery = WebhookDelivery(method: "POST", publicURL: "", headers: [], body: body, receivedAt: date)
        let code = key.code(over: scheme.content.bytes(delivery, id: id, timestamp: timestamp), hash: scheme.hash)
        let text = scheme.encoding == .hex ? Hexadecimal.encode(code) : Data(code).base64EncodedString()
        var headers = [(name: header, value: scheme.prefix + text)]
        if let name = scheme.idHeaders.first { headers.append((name, id)) }
        if let name = scheme.freshness?.headers.first { headers.append((name, timestamp)) }
        return headers
    }
}
