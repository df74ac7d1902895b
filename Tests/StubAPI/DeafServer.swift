import Glibc

/// A port on 127.0.0.1 whose queue of connections is full and that nobody empties: whoever connects waits in vain.
package enum DeafServer {
    package struct Unavailable: Error {}

    /// Runs `body` as long as the port is there.
    package static func run<Result>(_ body: (_ port: Int) async throws -> Result) async throws -> Result {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(server) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(server, pointer, length) == 0 && listen(server, 0) == 0
                    && getsockname(server, pointer, &length) == 0
            }
        }
        guard isBound else { throw Unavailable() }
        // Linux takes one connection more than it was told to keep.
        let waiting = (0..<4).map { _ in socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0) }
        defer { for client in waiting { close(client) } }
        for client in waiting {
            _ = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(client, $0, length) }
            }
        }
        return try await body(Int(UInt16(bigEndian: address.sin_port)))
    }
}
