/// What limits count by. IPv6 clients have a /64 at least (RFC 4291 §2.5.4) and can use any address in it; providers give
/// many a /56 or a /48, so those are limited as well, to a few times as much.
struct ClientNetwork: Hashable {
    /// The network's bits: 4 bytes of IPv4, or 8, 7 or 6 of IPv6, the first of them in front.
    private let prefix: UInt64
    /// In bytes.
    private let length: Int
    /// How many times what one client may take is allowed to the network.
    let share: Int

    /// Of all clients whose address is unknown: a prefix that no address has.
    static let unknown = ClientNetwork([], share: 1)

    /// Of all clients behind a Unix socket that its proxy doesn't name.
    static let unixSocket = ClientNetwork([0], share: 1)

    private init(_ bytes: some Collection<UInt8>, share: Int) {
        prefix = bytes.reduce(0) { $0 << 8 | UInt64($1) }
        length = bytes.count
        self.share = share
    }

    /// The networks that an address is in, the narrowest first.
    static func containing(_ address: IPAddress) -> [ClientNetwork] {
        guard address.bytes.count == 16 else { return [ClientNetwork(address.bytes, share: 1)] }
        return [(8, 1), (7, 2), (6, 4)].map { count, share in
            ClientNetwork(address.bytes.prefix(count), share: share)
        }
    }
}
