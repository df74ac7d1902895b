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

    /// The fewest bytes of a secret, once decoded. The key of a signature can be looked for on the attacker's own machine,
    /// with one captured delivery. A token can only be guessed by asking the collector, but the rule is the same for it: in
    /// each tool that is known, the operator chooses the token, so that a long one costs nothing.
    static let minimumLength = 16

    func admits(index: Int) -> Bool { numbers.isEmpty || numbers.contains(index + 1) }

    /// Nil for a secret that doesn't have this format, and for an empty one.
    func bytes(_ secret: Substring, isPublicKey: Bool) -> [UInt8]? {
        guard let text = withoutPrefix(secret, isPublicKey: isPublicKey) else { return nil }
        return decode(template.map { $0.replacing("{secret}", with: text)[...] } ?? text)
    }

    /// How many bytes the secret itself has: the template's text is known to others.
    func length(_ secret: Substring, isPublicKey: Bool) -> Int {
        withoutPrefix(secret, isPublicKey: isPublicKey).flatMap(decode)?.count ?? 0
    }

    private func withoutPrefix(_ secret: Substring, isPublicKey: Bool) -> Substring? {
        var text = secret
        if !prefix.isEmpty, text.hasPrefix(prefix) {
            text = text.dropFirst(prefix.count)
        } else if isPublicKey, !prefix.isEmpty {
            return nil
        }
        return text.isEmpty ? nil : text
    }

    /// Nil as well for no bytes at all.
    private func decode(_ text: Substring) -> [UInt8]? {
        let bytes: [UInt8]? =
            switch encoding {
            case .utf8: Array(text.utf8)
            case .base64: Base64.decode(text, .standard)
            case .base64url: Base64.decode(text, .urlSafe)
            case .hex: SignatureEncoding.hex.decode(text)
            }
        return bytes?.isEmpty == true ? nil : bytes
    }
}
