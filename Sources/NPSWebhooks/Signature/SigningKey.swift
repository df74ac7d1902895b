import Crypto
import NPSModel

/// The bytes of a secret as one scheme uses them; never printed.
struct SigningKey: Sendable {
    /// The secret's index among those of the source.
    let index: Int
    let bytes: [UInt8]
    /// Whether the secret has ``SecretFormat/minimumLength``. True for a public key, which needn't be a secret.
    let isLongEnough: Bool
    private let start: Start

    /// Nil for a secret that this scheme can't use.
    init?(_ secret: String, index: Int, for scheme: SignatureScheme) {
        guard scheme.kind != .clientCertificate, scheme.secret.admits(index: index) else { return nil }
        let isPublicKey = scheme.kind == .ed25519
        let text = Self.withoutVersion(secret, scheme)
        guard let bytes = scheme.secret.bytes(text, isPublicKey: isPublicKey) else { return nil }
        if isPublicKey, (try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)) == nil { return nil }
        self.index = index
        self.bytes = bytes
        start = Start(bytes, scheme)
        isLongEnough =
            isPublicKey || scheme.secret.length(text, isPublicKey: false) >= SecretFormat.minimumLength
    }

    /// Whether the text is in the scheme's form and long enough, whichever of the source's secrets it may be.
    static func isSecret(_ text: String, for scheme: SignatureScheme) -> Bool {
        var scheme = scheme
        scheme.secret.numbers = []
        return scheme.kind.needsSecret && SigningKey(text, index: 0, for: scheme)?.isLongEnough == true
    }

    /// Some tools show a secret as `v1,whsec_...`, with the version of its signatures in front (Supabase).
    private static func withoutVersion(_ secret: String, _ scheme: SignatureScheme) -> Substring {
        guard !scheme.secret.prefix.isEmpty, let list = scheme.list, let pair = list.pair else { return secret[...] }
        let version = list.accept.first { secret.hasPrefix("\($0)\(pair)\(scheme.secret.prefix)") }
        return version.map { secret.dropFirst($0.count + 1) } ?? secret[...]
    }

    /// The HMAC or digest of the concatenated pieces.
    func code(over pieces: [[UInt8]]) -> [UInt8] {
        let content = Self.joined(pieces)
        if let code = start.sha1 { return Self.finished(code, content) }
        if let hash = start.sha256 { return hash.code(of: content) }
        if let code = start.sha512 { return Self.finished(code, content) }
        return switch start.hash {
        case .sha1: Array(Insecure.SHA1.hash(data: content))
        case .sha256: Array(SHA256.hash(data: content))
        case .sha512: Array(SHA512.hash(data: content))
        }
    }

    /// Verifies an Ed25519 signature of the concatenated pieces; the key is a public key.
    func isValid(_ signature: [UInt8], over pieces: [[UInt8]]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
        return key.isValidSignature(signature, for: Self.joined(pieces))
    }

    /// In one piece: to hand each to the function by itself costs more than to copy them.
    private static func joined(_ pieces: [[UInt8]]) -> [UInt8] {
        if pieces.count == 1, let piece = pieces.first { return piece }
        var content: [UInt8] = []
        content.reserveCapacity(pieces.reduce(0) { $0 + $1.count })
        for piece in pieces { content += piece }
        return content
    }

    private static func finished<Function: HashFunction>(_ code: HMAC<Function>, _ content: [UInt8]) -> [UInt8] {
        var code = code
        code.update(data: content)
        return code.finalize().withUnsafeBytes { Array($0) }
    }

    /// The function before the first piece. To set up a keyed one costs as much as two blocks of content, so it is
    /// done once and copied.
    ///
    /// Not an enum: its tag would be in the pointers to the contexts, which the leak sanitizer then takes for lost.
    private struct Start {
        let hash: SignatureScheme.Hash
        private(set) var sha1: HMAC<Insecure.SHA1>?
        private(set) var sha256: KeyedHash?
        private(set) var sha512: HMAC<SHA512>?

        /// All are nil for a digest, whose secret is part of the content.
        init(_ bytes: [UInt8], _ scheme: SignatureScheme) {
            hash = scheme.hash
            guard scheme.kind == .hmac else { return }
            let key = SymmetricKey(data: bytes)
            switch hash {
            case .sha1: sha1 = HMAC(key: key)
            case .sha256: sha256 = KeyedHash(key: key)
            case .sha512: sha512 = HMAC(key: key)
            }
        }
    }
}

/// Comparison in constant time: how long it takes doesn't depend on where two values differ.
enum ConstantTime {
    static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for (one, other) in zip(left, right) { difference |= one ^ other }
        return difference == 0
    }

    /// Compares digests, so that the time doesn't depend on the secret's length either.
    static func areEqualSecrets(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        areEqual(Array(SHA256.hash(data: left)), Array(SHA256.hash(data: right)))
    }
}
