import Crypto
package import Foundation

/// Signs what this program sends itself, as Standard Webhooks says (version 1, symmetric).
package struct StandardSigner: Sendable {
    /// In bytes, as the specification has it.
    package static let keyLength = 24...64

    private let key: SymmetricKey

    /// - Parameter secret: `whsec_` and 24 to 64 bytes in Base64.
    /// - Returns: nil for anything else.
    package init?(secret: String) {
        let prefix = "whsec_"
        guard
            secret.hasPrefix(prefix), let bytes = Base64.decode(secret.dropFirst(prefix.count), .standard),
            Self.keyLength.contains(bytes.count)
        else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// `webhook-id`, `webhook-timestamp` and `webhook-signature`.
    ///
    /// - Parameters:
    ///   - id: without a point, and the same whenever this is sent again.
    ///   - now: receivers refuse what is signed minutes before it comes.
    package func headers(signing body: [UInt8], id: String, at now: Date) -> [(name: String, value: String)] {
        let seconds = Int64(exactly: now.timeIntervalSince1970.rounded(.down)) ?? 0
        let code = HMAC<SHA256>.authenticationCode(for: Array("\(id).\(seconds).".utf8) + body, using: key)
        return [
            ("webhook-id", id), ("webhook-timestamp", "\(seconds)"),
            ("webhook-signature", "v1," + Data(code).base64EncodedString()),
        ]
    }
}

extension StandardSigner: CustomStringConvertible, CustomReflectable {
    package var description: String { "(not shown)" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
