import Crypto
import Foundation
import NPSModel
import NPSPages

/// A token as it stands in a link: JWE compact serialization (RFC 7516 §7.1) with `alg: dir` and `enc: A256GCM`
/// (RFC 7518 §4.5, §5.3), parsed but not yet verified.
struct LinkToken {
    /// In bytes. Mail programs that wrap or cut long addresses leave this many alone.
    static let byteLimit = 1_024

    /// The header of the tokens that are made with a key.
    struct KnownHeader: Sendable {
        /// As it stands in the token.
        let bytes: [UInt8]
        let kid: String
    }

    /// The header as it was sent, which the tag covers.
    let protectedHeader: [UInt8]
    let kid: String
    let box: AES.GCM.SealedBox

    /// Nil unless the syntax is exactly right: five segments, canonical base64url, a header of nothing but `alg`,
    /// `enc`, `kid` and `typ`, no encrypted key, an IV of 12 and a tag of 16 bytes.
    ///
    /// - Parameter known: headers that need not be read. Others are.
    init?(_ text: String, knowing known: [KnownHeader]) {
        guard text.utf8.count <= Self.byteLimit else { return nil }
        let segments = Array(text.utf8).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard segments.count == 5, segments[1].isEmpty else { return nil }
        let same = known.first { segments[0].elementsEqual($0.bytes) }
        guard let kid = same?.kid ?? Base64URL.decode(segments[0]).flatMap(Self.kid) else { return nil }
        guard let iv = Base64URL.decode(segments[2]), iv.count == 12, let nonce = try? AES.GCM.Nonce(data: iv),
            let ciphertext = Base64URL.decode(segments[3]), !ciphertext.isEmpty,
            let tag = Base64URL.decode(segments[4]), tag.count == 16,
            let box = try? AES.GCM.SealedBox(nonce: nonce, ciphertext: ciphertext, tag: tag)
        else { return nil }
        protectedHeader = Array(segments[0])
        self.kid = kid
        self.box = box
    }

    /// The header of every token made with a key, as it stands in the token.
    static func protectedHeader(kid: String) -> [UInt8] {
        let header = JSONValue.object(["alg": "dir", "enc": "A256GCM", "kid": kid].mapValues(JSONValue.string))
        return Array(Base64URL.encode(header.canonicalBytes).utf8)
    }

    /// RFC 7516 §5.1: the header as base64url is the additional authenticated data.
    static func seal(_ claims: LinkClaims, header: [UInt8], key: SymmetricKey) throws(LinkError) -> String {
        guard let box = try? AES.GCM.seal(claims.json.canonicalBytes, using: key, authenticating: header) else {
            throw .unmintable(problem: "the claims can't be encrypted")
        }
        let parts = [Base64URL.encode(box.nonce), Base64URL.encode(box.ciphertext), Base64URL.encode(box.tag)]
        let token = String(decoding: header, as: UTF8.self) + ".." + parts.joined(separator: ".")
        guard token.utf8.count <= byteLimit else {
            throw .unmintable(problem: "the token would be longer than \(byteLimit) bytes; shorten the claims")
        }
        return token
    }

    /// The claims' JSON, when the key is the one that made the token; nil otherwise.
    func open(with key: SymmetricKey) -> [UInt8]? {
        guard let plain = try? AES.GCM.open(box, using: key, authenticating: protectedHeader) else { return nil }
        return Array(plain)
    }

    private static func kid(inHeader bytes: [UInt8]) -> String? {
        // Two programs would read a repeated member in two ways (RFC 7516 §4), so there must be four quotes a member.
        guard !bytes.contains(UInt8(ascii: "\\")), case .object(let members)? = try? JSONValue(parsing: bytes),
            bytes.count(where: { $0 == UInt8(ascii: "\"") }) == 4 * members.count,
            members.keys.allSatisfy({ ["alg", "enc", "kid", "typ"].contains($0) })
        else { return nil }
        guard members["alg"] == .string("dir"), members["enc"] == .string("A256GCM"),
            members["typ"].map({ $0.string?.uppercased() == "JWT" }) ?? true,
            let kid = members["kid"]?.string, LinkKeys.isKeyID(kid)
        else { return nil }
        return kid
    }
}
