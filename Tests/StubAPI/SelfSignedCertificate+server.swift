package import NIOSSL
import TestSupport

extension SelfSignedCertificate {
    /// The settings of a server that shows a new certificate of this kind.
    package static func serverContext() throws -> NIOSSLContext {
        let directory = try TemporaryDirectory()
        let files = try SelfSignedCertificate(in: directory)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(files.certificate).map { .certificate($0) },
                privateKey: .privateKey(NIOSSLPrivateKey(file: files.privateKey, format: .pem))
            )
        )
    }
}
