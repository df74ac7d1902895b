import Glibc

/// Ports on 127.0.0.1 at which nobody answers. They stay taken while the body runs, so that nobody else gets them.
package enum UnansweredPort {
    package struct Unavailable: Error {}

    /// Runs the body with a port whose backlog of connections is full and never accepted from: connecting to it times
    /// out.
    package static func run<Result>(_ body: (_ port: Int) async throws -> Result) async throws -> Result {
        let (server, address) = try bound()
        defer { close(server) }
        guard listen(server, 0) == 0 else { throw Unavailable() }
        // Linux takes one connection more than it was told to keep.
        let waiting = (0..<4).map { _ in socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0) }
        defer { for client in waiting { close(client) } }
        for client in waiting {
            _ = withSocketAddress(address) { connect(client, $0, $1) }
        }
        return try await body(address.port)
    }

    /// Runs the body with a port at which nobody listens: connections are refused.
    package static func runClosed<Result>(_ body: (_ port: Int) async throws -> Result) async throws -> Result {
        let (server, address) = try bound()
        defer { close(server) }
        return try await body(address.port)
    }

    private static func bound() throws -> (socket: CInt, address: sockaddr_in) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(server, pointer, length) == 0 && getsockname(server, pointer, &length) == 0
            }
        }
        guard isBound else {
            close(server)
            throw Unavailable()
        }
        return (server, address)
    }

    private static func withSocketAddress<Result>(
        _ address: sockaddr_in,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

extension sockaddr_in {
    fileprivate var port: Int { Int(UInt16(bigEndian: sin_port)) }
}
