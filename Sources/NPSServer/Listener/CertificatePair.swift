import NIOSSL

/// A certificate chain and the private key that belongs to it.
struct CertificatePair: Sendable {
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey
    let facts: CertificateFacts

    /// - Parameter chain: never empty, the server's own certificate first.
    init(chain: [NIOSSLCertificate], key: NIOSSLPrivateKey) {
        self.chain = chain
        self.key = key
        facts = CertificateFacts(chain)
    }

    /// A server's, with NIOSSL's own defaults for everything else.
    var configuration: TLSConfiguration {
        .makeServerConfiguration(certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    }

    /// What a handshake takes in the place of the context's own.
    var override: NIOSSLContextConfigurationOverride {
        var override = NIOSSLContextConfigurationOverride()
        override.certificateChain = chain.map { .certificate($0) }
        override.privateKey = .privateKey(key)
        return override
    }
}
