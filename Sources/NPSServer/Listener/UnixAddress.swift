package import Foundation

/// The address of a Unix socket (unix(7)).
package struct UnixAddress: Sendable {
    private let address: sockaddr_un
    private let length: socklen_t

    /// Nil for a text that is empty or doesn't fit: 107 bytes of a path, as the kernel has it.
    ///
    /// - Parameter text: a path, or a name without a file that begins with `@`, as systemd writes it.
    package init?(_ text: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path), !bytes.contains(0) else {
            return nil
        }
        // A name without a file has a zero in front and none at its end.
        let isAbstract = bytes[0] == UInt8(ascii: "@")
        if isAbstract { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        self.address = address
        length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count + (isAbstract ? 0 : 1))
    }

    /// For the calls of sockets.
    package func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
