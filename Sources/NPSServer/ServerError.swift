import Foundation

/// What keeps a listener from starting.
package enum ServerError: Error, Sendable, Equatable, CustomStringConvertible {
    case unreadableCertificate(path: String)
    case unreadablePrivateKey(path: String)
    case mismatchedKey(certificate: String, privateKey: String)
    /// - Parameter code: `errno`.
    case cannotListen(address: String, setting: String, code: Int32)

    package var description: String {
        switch self {
        case .unreadableCertificate(let path):
            "tls.certificate can't be read as a PEM certificate chain: \(path)"
        case .unreadablePrivateKey(let path):
            "tls.private-key can't be read as a PEM private key: \(path)"
        case .mismatchedKey(let certificate, let privateKey):
            "The key in \(privateKey) does not belong to the certificate in \(certificate): check tls.private-key."
        case .cannotListen(let address, let setting, let code):
            code == EADDRINUSE
                ? "\(address) is taken by another program. Stop that, or change \(setting)."
                : "\(address) can't be opened: \(String(cString: strerror(code))). Look at \(setting)."
        }
    }
}
