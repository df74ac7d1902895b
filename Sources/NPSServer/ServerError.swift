import Foundation
package import NPSModel

/// What keeps a listener from starting.
package enum ServerError: Error, Sendable, Equatable, CustomStringConvertible {
    case unreadableCertificate(UnreadableFile)
    case unreadablePrivateKey(UnreadableFile)
    case mismatchedKey(certificate: String, privateKey: String)
    case noCertificate
    /// - Parameter code: `errno`.
    case cannotListen(address: String, setting: String, code: Int32)
    /// The name of a host that nobody knows.
    case unknownHost(host: String, setting: String)
    /// Something else has the place of a Unix socket.
    case noSocket(path: String)
    case cannotGiveToGroup(path: String, group: Int)
    /// What the service manager passed.
    case unusableSocket(name: String, descriptor: Int, problem: String)

    package var description: String {
        switch self {
        case .unreadableCertificate(let file): "tls.certificate can't be read: \(file)."
        case .unreadablePrivateKey(let file): "tls.private-key can't be read: \(file)."
        case .mismatchedKey(let certificate, let privateKey):
            "The key in \(privateKey) does not belong to the certificate in \(certificate): check tls.private-key."
        case .noCertificate: "tls.certificate has no certificate that can be used."
        case .cannotListen(let address, let setting, let code):
            code == EADDRINUSE
                ? "\(address) is taken by another program. Stop that, or change \(setting)."
                : "\(address) can't be opened: \(String(cString: strerror(code))). Look at \(setting)."
        case .unknownHost(let host, let setting):
            "\(host) is the name of no host that this machine knows. Look at \(setting)."
        case .noSocket(let path):
            "\(path) is there already and is no socket: remove it, or change http.unix-socket."
        case .cannotGiveToGroup(let path, let group):
            """
            \(path) can't be given to the group \(group): put this user in it, or change http.unix-socket-group. Under the \
            shipped systemd unit, let a socket unit make the socket (SocketGroup=).
            """
        case .unusableSocket(let name, let descriptor, let problem):
            """
            The socket \(name) that this process was given (descriptor \(descriptor)) \(problem): in its socket unit, use \
            ListenStream= with an address or a path, and Accept=no.
            """
        }
    }
}

extension ServerError {
    /// Whether it may be otherwise in a moment without anybody's doing: a port gets free, an address comes with its network,
    /// a renewal writes its second file. All else somebody has to change.
    package var passes: Bool {
        switch self {
        case .unknownHost, .unreadableCertificate, .unreadablePrivateKey, .mismatchedKey, .noCertificate: true
        case .cannotListen(_, _, let code): !Self.lasting.contains(code)
        case .noSocket, .cannotGiveToGroup, .unusableSocket: false
        }
    }

    private static let lasting = [
        EACCES, EPERM, ENOENT, ENOTDIR, EROFS, ELOOP, ENAMETOOLONG, EINVAL, EAFNOSUPPORT,
    ]
}
