import Foundation
import NIOSSL

/// A certificate chain and the private key that belongs to it, as PEM files.
package struct CertificateFiles: Sendable, Hashable {
    package let certificate: String
    package let privateKey: String

    package init(certificate: String, privateKey: String) {
        self.certificate = certificate
        self.privateKey = privateKey
    }

    /// What is known of the certificate in them.
    ///
    /// - Throws: when they can't be used.
    package func facts() throws(ServerError) -> CertificateFacts { try read().facts }

    /// Both files as they are now.
    func read() throws(ServerError) -> CertificatePair {
        let chain: [NIOSSLCertificate]
        do { chain = try NIOSSLCertificate.fromPEMFile(certificate) } catch {
            throw ServerError.unreadableCertificate(path: certificate)
        }
        guard !chain.isEmpty else { throw ServerError.unreadableCertificate(path: certificate) }
        let key: NIOSSLPrivateKey
        do { key = try NIOSSLPrivateKey(file: privateKey, format: .pem) } catch {
            throw ServerError.unreadablePrivateKey(path: privateKey)
        }
        let pair = CertificatePair(chain: chain, key: key)
        do { _ = try NIOSSLContext(configuration: pair.configuration) } catch {
            throw ServerError.mismatchedKey(certificate: certificate, privateKey: privateKey)
        }
        return pair
    }
}

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
