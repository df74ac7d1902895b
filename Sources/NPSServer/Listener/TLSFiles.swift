package import NIOSSL

/// The certificate and key of the public listener, and the TLS versions it speaks.
package struct TLSFiles: Sendable, Hashable {
    /// Mozilla's server-side TLS profiles, guideline 6.0.
    package enum Profile: String, Sendable, CaseIterable {
        /// TLS 1.2 and 1.3.
        case intermediate
        /// TLS 1.3 alone.
        case modern
    }

    /// Paths of PEM files.
    package let certificate: String
    package let privateKey: String
    package let profile: Profile

    package init(certificate: String, privateKey: String, profile: Profile) {
        self.certificate = certificate
        self.privateKey = privateKey
        self.profile = profile
    }

    /// Reads both files now: a problem shows before the listener opens.
    package func configuration() throws(ServerError) -> TLSConfiguration {
        let chain: [NIOSSLCertificate]
        do { chain = try NIOSSLCertificate.fromPEMFile(certificate) } catch {
            throw ServerError.unreadableCertificate(path: certificate)
        }
        guard !chain.isEmpty else { throw ServerError.unreadableCertificate(path: certificate) }
        let key: NIOSSLPrivateKey
        do { key = try NIOSSLPrivateKey(file: privateKey, format: .pem) } catch {
            throw ServerError.unreadablePrivateKey(path: privateKey)
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        // NIOSSL's own defaults begin at TLS 1.0 and include RSA key exchange and CBC.
        configuration.minimumTLSVersion = profile == .modern ? .tlsv13 : .tlsv12
        configuration.cipherSuiteValues = Self.cipherSuites
        configuration.applicationProtocols = ["http/1.1"]
        do { _ = try NIOSSLContext(configuration: configuration) } catch {
            throw ServerError.mismatchedKey(certificate: certificate, privateKey: privateKey)
        }
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
}
