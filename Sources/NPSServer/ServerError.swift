/// What keeps a listener from starting.
package enum ServerError: Error, Sendable, Equatable, CustomStringConvertible {
    case unreadableCertificate(path: String)
    case unreadablePrivateKey(path: String)
    case mismatchedKey(certificate: String, privateKey: String)

    package var description: String {
        switch self {
        case .unreadableCertificate(let path):
            "tls.certificate can't be read as a PEM certificate chain: \(path)"
        case .unreadablePrivateKey(let path):
            "tls.private-key can't be read as a PEM private key: \(path)"
        case .mismatchedKey(let certificate, let privateKey):
            "The key in \(privateKey) does not belong to the certificate in \(certificate): check tls.private-key."
        }
    }
}
