/// How a configured secret becomes a key.
package struct SecretForm: Sendable, Hashable {
    package enum Encoding: String, Sendable, CaseIterable {
        case utf8
        case base64
        case base64url
        case hex
    }

    package var encoding: Encoding = .utf8
    /// Taken off before decoding, such as `whsec_`. An HMAC secret may come without it, a public key may not: else a
    /// secret could be taken for a key that anybody may know.
    package var prefix = ""
    /// Put around the secret before decoding, such as `client123&{secret}`; nil for none.
    package var template: String?
    /// Which of the source's secrets are this scheme's, counted from 1; empty = each that is in this form.
    package var numbers: [Int] = []

    func admits(index: Int) -> Bool { numbers.isEmpty || numbers.contains(index + 1) }

    /// Nil for a secret that isn't in this form, and for an empty one.
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
