import Crypto

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
        guard scheme.secret.admits(index: index) else { return nil }
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
        return scheme.kind != .none && SigningKey(text, index: 0, for: scheme)?.isLongEnough == true
    }

    /// Some tools show a secret as `v1,whsec_...`, with the version of its signatures in front (Supabase).
    private static func withoutVersion(_ secret: String, _ scheme: SignatureScheme) -> Substring {
        guard !scheme.secret.prefix.isEmpty, let list = scheme.list, let pair = list.pair else { return secret[...] }
        let version = list.accept.first { secret.hasPrefix("\($0)\(pair)\(scheme.secret.prefix)") }
        return version.map { secret.dropFirst($0.count + 1) } ?? secret[...]
    }

    /// The HMAC or digest of the concatenated pieces.
    func code(over pieces: [[UInt8]]) -> [UInt8] {
        switch start {
        case .hmacSHA1(let code): Self.finished(code, pieces)
        case .hmacSHA256(let code): Self.finished(code, pieces)
        case .hmacSHA512(let code): Self.finished(code, pieces)
        case .sha1: Self.finished(Insecure.SHA1(), pieces)
        case .sha256: Self.finished(SHA256(), pieces)
        case .sha512: Self.finished(SHA512(), pieces)
        }
    }

    /// Verifies an Ed25519 signature of the concatenated pieces; the key is a public key.
    func isValid(_ signature: [UInt8], over pieces: [[UInt8]]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
        return key.isValidSignature(signature, for: Array(pieces.joined()))
    }

    private static func finished<Function: HashFunction>(_ code: HMAC<Function>, _ pieces: [[UInt8]]) -> [UInt8] {
        var code = code
        for piece in pieces { code.update(data: piece) }
        return Array(code.finalize())
    }

    private static func finished<Function: HashFunction>(_ hash: Function, _ pieces: [[UInt8]]) -> [UInt8] {
        var hash = hash
        for piece in pieces { hash.update(data: piece) }
        return Array(hash.finalize())
    }

    /// The function before the first piece. To set up a keyed one costs as much as two blocks of content, so it is
    /// done once and copied.
    private enum Start {
        case hmacSHA1(HMAC<Insecure.SHA1>)
        case hmacSHA256(HMAC<SHA256>)
        case hmacSHA512(HMAC<SHA512>)
        /// The secret is part of the content.
        case sha1
        case sha256
        case sha512

        init(_ bytes: [UInt8], _ scheme: SignatureScheme) {
            let key = SymmetricKey(data: bytes)
            let isKeyed = scheme.kind == .hmac
            self =
                switch scheme.hash {
                case .sha1: isKeyed ? .hmacSHA1(HMAC(key: key)) : .sha1
                case .sha256: isKeyed ? .hmacSHA256(HMAC(key: key)) : .sha256
                case .sha512: isKeyed ? .hmacSHA512(HMAC(key: key)) : .sha512
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
