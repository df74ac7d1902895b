import Foundation

/// A server that says to the first statement what a test wants, and hangs up.
final class FakePostgres: Sendable {
    private let listener: Int32

    /// - Parameter directory: where its socket is, which is named as PostgreSQL names it.
    init(in directory: URL, answer: [UInt8]) throws {
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = directory.appending(path: ".s.PGSQL.5432").path
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0, listen(listener, 1) == 0 else { throw POSIXError(.EADDRINUSE) }
        Thread.detachNewThread {
            let client = accept(listener, nil, nil)
            defer { close(client) }
            var buffer = [UInt8](repeating: 0, count: 4_096)
            guard read(client, &buffer, buffer.count) > 0 else { return }
            let welcome = Self.message("R", [0, 0, 0, 0]) + Self.message("Z", Array("I".utf8))
            guard write(client, welcome, welcome.count) > 0, read(client, &buffer, buffer.count) > 0 else { return }
            _ = write(client, answer, answer.count)
        }
    }

    deinit { close(listener) }

    /// An error with these fields, each of them named by its first character.
    static func error(_ fields: String...) -> [UInt8] {
        message("E", fields.flatMap { Array($0.utf8) + [0] } + [0])
    }

    private static func message(_ type: Character, _ body: [UInt8]) -> [UInt8] {
        let length = withUnsafeBytes(of: UInt32(body.count + 4).bigEndian) { Array($0) }
        return Array("\(type)".utf8) + length + body
    }
}
