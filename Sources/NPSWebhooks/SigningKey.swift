import Crypto
import Foundation

/// A secret in the form in which the scheme uses it; never printed.
struct SigningKey: Sendable {
    let bytes: [UInt8]

    /// Nil for an empty secret, and for one that isn't in the form.
    init?(_ secret: String, form: SignatureScheme.SecretForm) {
        switch form {
        case .utf8:
            bytes = Array(secret.utf8)
        case .whsec:
            var text = secret.hasPrefix("whsec_") ? String(secret.dropFirst(6)) : secret
            while text.hasSuffix("=") { text.removeLast() }
            // Senders in the field leave the padding out.
            let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
            guard let data = Data(base64Encoded: text + padding) else { return nil }
            bytes = Array(data)
        }
        if bytes.isEmpty { return nil }
    }

    func code(over content: [UInt8], hash: SignatureScheme.Hash) -> [UInt8] {
        let key = SymmetricKey(data: bytes)
        return switch hash {
        case .sha1: Array(HMAC<Insecure.SHA1>.authenticationCode(for: content, using: key))
        case .sha256: Array(HMAC<SHA256>.authenticationCode(for: content, using: key))
        case .sha512: Array(HMAC<SHA512>.authenticationCode(for: content, using: key))
        }
    }
}
