import Foundation

/// An IPv4 or IPv6 address. An IPv4-mapped IPv6 address (`::ffff:10.0.0.1`) is IPv4 here, so that ranges match both.
package struct IPAddress: Sendable, Hashable {
    /// 4 or 16 bytes, network order.
    package let bytes: [UInt8]

    /// Nil for anything but a literal address: no names, no ports, no brackets.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        if let bytes = Self.parse(text, family: AF_INET, count: 4) {
            self.bytes = bytes
        } else if let bytes = Self.parse(text, family: AF_INET6, count: 16) {
            let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
            self.bytes = isMapped ? Array(bytes.suffix(4)) : bytes
        } else {
            return nil
        }
    }

    /// What limits count by. An IPv6 client has a whole /64 at least (RFC 4291 §2.5.4) and can use any address in it,
    /// so only the network counts.
    package var client: IPAddress {
        bytes.count == 16 ? IPAddress(bytes: Array(bytes.prefix(8)) + Array(repeating: 0, count: 8)) : self
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private static func parse(_ text: String, family: Int32, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let result = bytes.withUnsafeMutableBytes { inet_pton(family, text, $0.baseAddress) }
        return result == 1 ? bytes : nil
    }
}
