import Crypto
import Foundation
import NPSModel

/// The keys by which a PostgreSQL keeps what people write without being able to read it: the first seals, all of them open.
/// Put a new key in front, and keep the old one for as long as something is there that it has sealed.
///
/// Sealed is by AES-256-GCM, with a random nonce for each value. One key is good for four billion values (NIST SP 800-38D,
/// §8.3).
package struct PayloadKeys: Sendable {
    /// Without keys everything is stored as it is.
    package static let none = PayloadKeys(keys: [])

    struct Key: Sendable {
        let kid: String
        /// By this the database tells whether two collectors mean the same key. There is no way back from it.
        let digest: Data
        private let secret: SymmetricKey
        /// Of the database's own key; nil until it is known.
        fileprivate var database: Data?

        fileprivate init(kid: String, bytes: [UInt8]) {
            self.kid = kid
            secret = SymmetricKey(data: bytes)
            let info = Array("nps-collector payload key digest".utf8)
            digest = HKDF<SHA256>.deriveKey(inputKeyMaterial: secret, info: info, outputByteCount: 32)
                .withUnsafeBytes { Data($0) }
        }

        fileprivate func seal(_ value: Data, at place: SealedPlace) throws(QueueError) -> Data {
            guard let database,
                let box = try? AES.GCM.seal(value, using: secret, authenticating: database + place.bytes).combined
            else {
                // Can't happen with a key of this size that is bound; and nothing is ever stored as it is in its place.
                throw .payloadKeys("\(kid) seals nothing")
            }
            return box
        }

        /// Nil for what this key didn't seal, or not at this place of this database.
        func open(_ box: Data, at place: SealedPlace) -> Data? {
            guard let database, let box = try? AES.GCM.SealedBox(combined: box) else { return nil }
            return try? AES.GCM.open(box, using: secret, authenticating: database + place.bytes)
        }
    }

    let keys: [Key]

    private init(keys: [Key]) {
        self.keys = keys
    }

    /// - Parameter entries: `kid:base64url of 32 bytes`, as in `queue.payload-key`; padding is allowed.
    package init(_ entries: [String]) throws(QueueError) {
        var keys: [Key] = []
        for entry in entries {
            let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, SealedValue.isKeyID(parts[0]), let bytes = Self.keyBytes(parts[1]) else {
                throw .payloadKeys(
                    "an entry is not kid:base64url of 32 bytes, with a kid of at most 64 letters, digits, hyphens and underscores"
                )
            }
            guard !keys.contains(where: { $0.kid == parts[0] }) else { throw .payloadKeys("a kid is there twice") }
            keys.append(Key(kid: String(parts[0]), bytes: bytes))
        }
        self.init(keys: keys)
    }

    private static func keyBytes(_ text: Substring) -> [UInt8]? {
        let unpadded = text.last == "=" ? text.dropLast() : text
        guard let bytes = Base64URL.decode(unpadded.utf8), bytes.count == 32 else { return nil }
        return bytes
    }

    /// For a database with this key of its own. Needed before anything can be sealed: what they seal is of no use in another
    /// database.
    func bound(to database: PersonKey) -> PayloadKeys {
        guard !isEmpty else { return self }
        let mark = database.databaseMark
        return PayloadKeys(
            keys: keys.map { key in
                var key = key
                key.database = mark
                return key
            }
        )
    }

    var isEmpty: Bool { keys.isEmpty }

    /// Nil for a kid that isn't listed.
    subscript(kid: String) -> Key? { keys.first { $0.kid == kid } }

    /// With the first key; without keys the value as it is.
    func seal(_ text: String, at place: SealedPlace) throws(QueueError) -> String {
        guard let key = keys.first else { return text }
        return SealedValue(kid: key.kid, box: try key.seal(Data(text.utf8), at: place)).text
    }

    /// With the first key; without keys the value as it is.
    func seal(_ bytes: Data, at place: SealedPlace) throws(QueueError) -> Data {
        guard let key = keys.first else { return bytes }
        return SealedValue(kid: key.kid, box: try key.seal(bytes, at: place)).bytes
    }
}

/// Equal for the same keys in the same order.
extension PayloadKeys: Hashable {
    package static func == (left: PayloadKeys, right: PayloadKeys) -> Bool {
        left.keys.map(\.digest) == right.keys.map(\.digest) && left.keys.map(\.kid) == right.keys.map(\.kid)
    }

    package func hash(into hasher: inout Hasher) {
        for key in keys { hasher.combine(key.digest) }
    }
}

/// A key is in no dump.
extension PayloadKeys: CustomReflectable {
    package var customMirror: Mirror { Mirror(self, children: ["kids": keys.map(\.kid)]) }
}
