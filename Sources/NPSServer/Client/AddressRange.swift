/// A CIDR range such as `10.0.0.0/8` or `fd00::/8`; a bare address is a range of one.
package struct AddressRange: Sendable, Hashable {
    private let network: IPAddress
    private let prefixLength: Int

    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let network = IPAddress(parts[0]) else { return nil }
        let width = network.bytes.count * 8
        guard let length = parts.count == 2 ? Int(parts[1]) : width, (0...width).contains(length) else { return nil }
        self.network = network
        self.prefixLength = length
    }

    package func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == network.bytes.count else { return false }
        var remaining = prefixLength
        for (mine, theirs) in zip(network.bytes, address.bytes) where remaining > 0 {
            let mask: UInt8 = remaining >= 8 ? 0xff : 0xff << (8 - remaining)
            guard mine & mask == theirs & mask else { return false }
            remaining -= 8
        }
        return true
    }

    /// Whether a URL's host is this machine: 127.0.0.0/8, ::1 or `localhost` (RFC 6761 §6.3).
    package static func isLoopback(_ host: String) -> Bool {
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        guard let address = IPAddress(bare) else { return host.lowercased() == "localhost" }
        return address.bytes == [UInt8](repeating: 0, count: 15) + [1]
            || address.bytes.first == 127 && address.bytes.count == 4
    }
}
