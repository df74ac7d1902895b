import Foundation
import NPSWebhooks

/// A body with everything else that is the same in all that the target signs.
struct Signed: Sendable {
    /// Both the time of signing and that of arrival, so that the corpus never becomes stale: that of the vector which
    /// Standard Webhooks publishes, and so is the id.
    static let now = Date(timeIntervalSince1970: 1_614_265_330)
    static let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    static let method = "POST"
    static let url = "https://nps.example.com/webhooks/acme?tenant=1"

    let body: [UInt8]

    func delivery(headers: [SignedParts.Pair]) -> WebhookDelivery {
        delivery(body, Self.url, headers)
    }

    /// The delivery as its sender sends it, with one bit of the body flipped if wanted.
    func delivery(_ parts: SignedParts, isAltered: Bool = false) -> WebhookDelivery {
        var sent = body
        if isAltered, let index = sent.indices.last { sent[index] ^= 1 }
        for field in parts.formFields { sent += Array("&\(field.name)=\(Self.escaped(field.value))".utf8) }
        let query = parts.query.map { "&\($0.name)=\(Self.escaped($0.value))" }.joined()
        let type = parts.formFields.isEmpty ? [] : [("content-type", "application/x-www-form-urlencoded")]
        return delivery(sent, Self.url + query, parts.headers + type)
    }

    private func delivery(_ body: [UInt8], _ url: String, _ headers: [SignedParts.Pair]) -> WebhookDelivery {
        WebhookDelivery(method: Self.method, publicURL: url, headers: headers, body: body, receivedAt: Self.now)
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}
