import NIOSSL

/// The certificates and keys of the public listener, and the TLS versions it speaks.
package struct TLSFiles: Sendable, Hashable {
    /// Mozilla's server-side TLS profiles, guideline 6.0.
    package enum Profile: String, Sendable, CaseIterable {
        /// TLS 1.2 and 1.3.
        case intermediate
        /// TLS 1.3 alone.
        case modern
    }

    /// Never empty. The first is for clients that ask for no name, or for one that none is for.
    package let pairs: [CertificateFiles]
    package let profile: Profile

    package init(_ pairs: [CertificateFiles], profile: Profile) {
        self.pairs = pairs
        self.profile = profile
    }

    /// What ALPN agrees on (RFC 7301), the first where a client speaks both.
    static let protocols = ["h2", "http/1.1"]
}

extension TLSFiles.Profile {
    /// How the public listener speaks TLS.
    ///
    /// - Parameter pair: for handshakes that choose no other.
    func configuration(with pair: CertificatePair) -> TLSConfiguration {
        var configuration = pair.configuration
        // NIOSSL's own defaults begin at TLS 1.0 and include RSA key exchange and CBC.
        configuration.minimumTLSVersion = self == .modern ? .tlsv13 : .tlsv12
        configuration.cipherSuiteValues = Self.cipherSuites
        configuration.curves = Self.curves
        configuration.applicationProtocols = TLSFiles.protocols
        return configuration
    }

    /// The six AEAD suites of TLS 1.2; those of 1.3 are fixed in BoringSSL.
    private static let cipherSuites: [NIOTLSCipher] = [
        .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]

    /// In the order of preference. The first keeps what is recorded today unreadable for a later quantum computer.
    private static let curves: [NIOTLSCurve] = [.x25519_MLKEM768, .x25519, .secp256r1, .secp384r1]
}
