import Foundation
import NPSWebhooks

/// One thing that a signature vouches for. Whether it is as it was signed is decided here without the code under test.
enum Cover: Sendable {
    case body
    /// One field of a form, which must be there exactly once.
    case field(String)
    case id
    /// As it stands in a header.
    case time(String)
    /// The method and the address, up to percent escapes.
    case address
    /// Vouches for nothing but its own presence.
    case token(String)

    func isGenuine(in delivery: WebhookDelivery, deliveryID: String?, signed: Signed) -> Bool {
        switch self {
        case .body: delivery.body == signed.body
        case .field(let name): Self.values(of: name, in: delivery.body) == Self.values(of: name, in: signed.body)
        case .id: deliveryID == Signed.id
        case .time(let time): delivery.headers.contains { $0.value.contains(time) }
        case .address:
            delivery.method == Signed.method
                && delivery.publicURL.removingPercentEncoding == Signed.url.removingPercentEncoding
        case .token(let token):
            delivery.headers.contains { $0.value == token }
                || Self.values(
                    of: "token",
                    in: Array(delivery.publicURL.utf8.drop { $0 != UInt8(ascii: "?") }.dropFirst())
                )
                    == [token]
        }
    }

    private static func values(of name: String, in form: [UInt8]) -> [String] {
        String(decoding: form, as: UTF8.self).split(separator: "&").compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { $0.replacing("+", with: " ").removingPercentEncoding }
            return parts.first == name ? parts.dropFirst().first ?? "" : nil
        }
    }
}
