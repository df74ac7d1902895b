/// How a configured secret is written, and how it becomes the bytes of a key.
package struct SecretFormat: Sendable, Hashable {
    package enum Encoding: String, Sendable, CaseIterable {
        case utf8
        case base64
        case base64url
        case hex
    }

    package var encoding: Encoding = .utf8
    /// Removed before decoding, such as `whsec_`. A secret may be written without it, a public key may not: otherwise a
    /// secret could be mistaken for a key that anybody may know.
    package var prefix = ""
    /// Text around the secret that is part of the key, such as `client123&{secret}`; nil for none.
    package var template: String?
    /// Which of the source's secrets belong to this scheme, counted from 1; empty = all that have this format.
    package var numbers: [Int] = []

    func admits(index: Int) -> Bool { numbers.isEmpty || numbers.contains(index + 1) }

    /// Nil for a secret that doesn't have this format, and for an empty one.
    func bytes(_ secret: String, isPublicKey: Bool) -> [UInt8]? {
        var text = secret[...]
        if !prefix.isEmpty, text.hasPrefix(prefix) {
            text = text.dropFirst(prefix.count)
        } else if isPublicKey, !prefix.isEmpty {
            return nil
        }
        guard !text.isEmpty else { return nil }
        let whole = template.map { $0.replacing("{secret}", with: text)[...] } ?? text
        let bytes: [UInt8]? =
            switch encoding {
            case .utf8: Array(whole.utf8)
            case .base64: Base64.decode(whole, .standard)
            case .base64url: Base64.decode(whole, .urlSafe)
            case .hex: SignatureEncoding.hex.decode(whole)
            }
        guard let bytes, !bytes.isEmpty else { return nil }
        return bytes
    }
}
