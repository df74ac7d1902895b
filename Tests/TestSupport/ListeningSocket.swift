import Foundation

/// A socket of IPv4 on this machine that somebody else opened, as a service manager does. It is closed when nobody holds
/// the value any more.
package final class ListeningSocket: Sendable {
    package struct Failure: Error {
        package let code: Int32
    }

    package let descriptor: CInt
    package let port: Int

    package init(isListening: Bool = true) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (descriptor, wanted) = (descriptor, size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let isBound = bind(descriptor, address, wanted) == 0
                return isBound && getsockname(descriptor, address, &size) == 0 ? 0 : errno
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        guard code == 0, !isListening || listen(descriptor, 64) == 0 else { throw Failure(code: code) }
    }

    deinit { close(descriptor) }

    /// The same socket, for somebody who closes it.
    package func duplicate() -> CInt { dup(descriptor) }
}
