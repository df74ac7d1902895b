import Crypto

/// The bytes of a secret as one scheme uses them; never printed.
struct SigningKey: Sendable {
    /// The secret's index among those of the source.
    let index: Int
    let bytes: [UInt8]
    /// Whether the secret has ``SecretFormat/minimumLength``. True for a public key, which needn't be a secret.
    let isLongEnough: Bool

    /// Nil for a secret that this scheme can't use.
    init?(_ secret: String, index: Int, for scheme: SignatureScheme) {
        guard scheme.secret.admits(index: index) else { return nil }
        let isPublicKey = scheme.kind == .ed25519
        let text = Self.withoutVersion(secret, scheme)
        guard let bytes = scheme.secret.bytes(text, isPublicKey: isPublicKey) else { return nil }
        if isPublicKey, (try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)) == nil { return nil }
        self.index = index
        self.bytes = bytes
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
    func code(over pieces: [[UInt8]], _ scheme: SignatureScheme) -> [UInt8] {
        switch scheme.hash {
        case .sha1: Self.code(over: pieces, key: key(scheme), Insecure.SHA1.self)
        case .sha256: Self.code(over: pieces, key: key(scheme), SHA256.self)
        case .sha512: Self.code(over: pieces, key: key(scheme), SHA512.self)
        }
    }

    /// Verifies an Ed25519 signature of the concatenated pieces; the key is a public key.
    func isValid(_ signature: [UInt8], over pieces: [[UInt8]]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
        return key.isValidSignature(signature, for: Array(pieces.joined()))
    }

    /// Nil for a digest: its secret is part of the content.
    private func key(_ scheme: SignatureScheme) -> SymmetricKey? {
        scheme.kind == .hmac ? SymmetricKey(data: bytes) : nil
    }

    private static func code<Function: HashFunction>(
        over pieces: [[UInt8]],
        key: SymmetricKey?,
        _: Function.Type
    ) -> [UInt8] {
        guard let key else {
            var hash = Function()
            for piece in pieces { hash.update(data: piece) }
            return Array(hash.finalize())
        }
        var code = HMAC<Function>(key: key)
        for piece in pieces { code.update(data: piece) }
        return Array(code.finalize())
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
