import Foundation
import NIOSSL
import NPSModel

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
            throw unreadableCertificate
        }
        guard !chain.isEmpty else { throw unreadableCertificate }
        let key: NIOSSLPrivateKey
        do { key = try NIOSSLPrivateKey(file: privateKey, format: .pem) } catch {
            throw unreadablePrivateKey
        }
        let pair = CertificatePair(chain: chain, key: key)
        do { _ = try NIOSSLContext(configuration: pair.configuration) } catch {
            throw ServerError.mismatchedKey(certificate: certificate, privateKey: privateKey)
        }
        return pair
    }

    private var unreadableCertificate: ServerError {
        .unreadableCertificate(UnreadableFile(at: certificate, otherwise: "it is no PEM certificate chain"))
    }

    private var unreadablePrivateKey: ServerError {
        .unreadablePrivateKey(UnreadableFile(at: privateKey, otherwise: "it is no PEM private key without a password"))
    }
}
