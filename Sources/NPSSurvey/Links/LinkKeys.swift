import Crypto
package import Foundation
import NPSModel

/// The keys of emailed links: the first mints, all of them open. Put a new key in front, and keep the old one until
/// its last link has expired.
package struct LinkKeys: Sendable {
    /// Without keys, links are off.
    package static let none = LinkKeys(keys: [])

    private struct Key {
        let kid: String
        let secret: SymmetricKey
        let header: [UInt8]
    }

    private let keys: [Key]
    private let headers: [LinkToken.KnownHeader]
    /// A key that no link was made with. Links with an unknown `kid` are tried on it, so that they take as long to refuse
    /// as any other.
    private let decoy: SymmetricKey

    /// Signs when forms are printed, with a key derived from the first of the ring; all of them are believed. Without
    /// keys, its stamps are good until the program ends.
    package let seal: FormSeal

    private init(keys: [Key]) {
        self.keys = keys
        headers = keys.map { LinkToken.KnownHeader(bytes: $0.header, kid: $0.kid) }
        decoy = SymmetricKey(size: .bits256)
        seal = FormSeal(deriving: keys.isEmpty ? [decoy] : keys.map(\.secret))
    }

    /// - Parameter entries: `kid:base64url of 32 bytes`, as in `survey.link-keys`; padding is allowed here.
    package init(_ entries: [String]) throws(LinkError) {
        var keys: [Key] = []
        for entry in entries {
            let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, Self.isKeyID(parts[0]), let bytes = Self.keyBytes(parts[1]) else {
                throw .keys(problem: "has an entry that is not kid:base64url of 32 bytes")
            }
            guard !keys.contains(where: { $0.kid == parts[0] }) else { throw .keys(problem: "names a kid twice") }
            let kid = String(parts[0])
            keys.append(
                Key(kid: kid, secret: SymmetricKey(data: bytes), header: LinkToken.protectedHeader(kid: kid))
            )
        }
        self.init(keys: keys)
    }

    /// Without keys there are no links: every one is unknown.
    package var isEmpty: Bool { keys.isEmpty }

    /// - Throws: ``LinkError/unmintable(problem:)``, or ``LinkError/keys(problem:)`` without a key.
    package func mint(_ claims: LinkClaims) throws(LinkError) -> String {
        guard let first = keys.first else { throw .keys(problem: "is empty") }
        return try LinkToken.seal(claims, header: first.header, key: first.secret)
    }

    /// The claims of a link. Nothing in it has any effect, its expiry included, before its tag is verified.
    ///
    /// - Throws: ``LinkError/unknown`` or ``LinkError/expired(language:)``.
    package func open(_ text: String, at now: Date) throws(LinkError) -> LinkClaims {
        guard let token = LinkToken(text, knowing: headers) else { throw .unknown }
        let key = keys.first { $0.kid == token.kid }?.secret ?? decoy
        guard let plain = token.open(with: key), let json = try? JSONValue(parsing: plain),
            let claims = LinkClaims(json: json)
        else { throw .unknown }
        guard now < claims.expiresAt else { throw .expired(language: claims.language) }
        return claims
    }

    /// The token at the start of a path segment, escaped or not (RFC 3986 §6.2.2.2). Mail programs and trackers append to
    /// addresses what doesn't belong there (`.`, `&utm_source=x`, `%22`); it is left out. Empty when there is no token.
    package static func token(inSegment segment: String) -> String {
        if segment.utf8.suffix(1).first != UInt8(ascii: "."), segment.utf8.allSatisfy(isOfToken) {
            return segment
        }
        var token: [UInt8] = []
        var rest = Array(segment.utf8)[...]
        while var byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst(), let low = rest.popFirst(),
                    let decoded = Hexadecimal.byte(high, low)
                else { break }
                byte = decoded
            }
            guard isOfToken(byte) else { break }
            token.append(byte)
        }
        // No token ends with a dot, but many sentences do.
        while token.last == UInt8(ascii: ".") { token.removeLast() }
        return String(decoding: token, as: UTF8.self)
    }

    private static func isOfToken(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: ".")
    }

    /// Printable ASCII without characters that need escapes in JSON or mean something in a list of settings.
    static func isKeyID(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x21...0x7e).contains($0) && ![0x22, 0x2c, 0x3a, 0x5c].contains($0)
            }
    }

    private static func keyBytes(_ text: Substring) -> [UInt8]? {
        let digits = Array(text.utf8)
        let unpadded = digits.suffix(1) == [UInt8(ascii: "=")] ? digits.dropLast(1) : digits[...]
        guard let bytes = Base64URL.decode(unpadded), bytes.count == 32 else { return nil }
        return bytes
    }
}
