// X509 imports it, and then structures of C count as its own.
import CoreFoundation
import Foundation

/// A listening socket that the service manager opened and passed to this process, as systemd's socket units do.
package struct InheritedSocket: Sendable, Hashable {
    package let descriptor: CInt
    /// `127.0.0.1:443`, `[::]:443`, or the path of a Unix socket.
    package let address: String
    package let isUnixSocket: Bool

    /// Nil for a Unix socket.
    package var port: Int? { isUnixSocket ? nil : address.split(separator: ":").last.flatMap { Int($0) } }

    /// Sees to it that programs which this one starts don't get it.
    ///
    /// - Parameter name: what it is called, for the error.
    /// - Throws: `unusableSocket` for anything but a stream socket of IPv4, IPv6 or Unix that listens.
    package init(_ descriptor: CInt, name: String) throws(ServerError) {
        func refusal(_ problem: String) -> ServerError {
            .unusableSocket(name: name, descriptor: Int(descriptor), problem: problem)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw refusal("isn't open") }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw refusal("is no socket") }
        guard Self.option(SO_TYPE, of: descriptor) == Int32(SOCK_STREAM.rawValue) else {
            throw refusal("is no stream socket")
        }
        guard Self.option(SO_ACCEPTCONN, of: descriptor) == 1 else { throw refusal("doesn't listen") }
        switch Self.option(SO_DOMAIN, of: descriptor) {
        case AF_UNIX: isUnixSocket = true
        case AF_INET, AF_INET6: isUnixSocket = false
        default: throw refusal("is neither of IPv4, IPv6 nor Unix")
        }
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { throw refusal("can't be kept from other programs") }
        self.descriptor = descriptor
        address = Self.address(of: descriptor) ?? "(unknown)"
        // Whoever may connect is believed about its clients, and only a file says who may.
        if isUnixSocket, !address.hasPrefix("/") { throw refusal("has no file") }
    }

    private static func option(_ option: Int32, of descriptor: CInt) -> Int32? {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : nil
    }

    private static func address(of descriptor: CInt) -> String? {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard getsockname(descriptor, address, &size) == 0 else { return nil }
                return text(of: address, size)
            }
        }
    }

    private static func text(of address: UnsafePointer<sockaddr>, _ size: socklen_t) -> String? {
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        // A path is longer than any port.
        var port = [CChar](repeating: 0, count: 256)
        let flags = NI_NUMERICHOST | NI_NUMERICSERV
        // For a Unix socket the second text is its path.
        let code = getnameinfo(
            address,
            size,
            &host,
            socklen_t(host.count),
            &port,
            socklen_t(port.count),
            flags
        )
        guard code == 0 else { return nil }
        let (name, service) = (Self.string(host), Self.string(port))
        if Int32(address.pointee.sa_family) == AF_UNIX { return service }
        return (name.contains(":") ? "[\(name)]" : name) + ":" + service
    }

    private static func string(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
