import HTTPTypes

/// Finds the client's address behind proxies: only what a trusted proxy wrote is believed.
///
/// The chain is walked from the right, where the nearest proxy wrote; the first address that is no trusted proxy is
/// the client. What stands further left was chosen by whoever sent the request.
package struct TrustedProxies: Sendable, Hashable {
    package static let none = TrustedProxies([])

    private let ranges: [AddressRange]

    package init(_ ranges: [AddressRange]) {
        self.ranges = ranges
    }

    package func contains(_ address: IPAddress) -> Bool {
        ranges.contains { $0.contains(address) }
    }

    /// Whether a header of this peer is believed. Whoever may use the Unix socket, by its mode and group, is the proxy on this
    /// machine.
    func isTrusted(_ peer: Peer) -> Bool {
        switch peer {
        case .address(let address): contains(address)
        case .unixSocket: true
        case .unknown: false
        }
    }

    /// - Parameters:
    ///   - peer: the other end of the connection.
    ///   - forwardedFor: all `X-Forwarded-For` lines, in order.
    ///   - forwarded: all `Forwarded` lines (RFC 7239), in order. Where both headers are there, one of them may be the
    ///     client's own, passed on by the proxy: unless they agree, neither is believed.
    /// - Returns: the peer where no header can be believed.
    func client(peer: Peer, forwardedFor: [String], forwarded: [String]) -> Peer {
        guard isTrusted(peer) else { return peer }
        let chains = [Self.chain(forwardedFor: forwardedFor), Self.chain(forwarded: forwarded)].filter { !$0.isEmpty }
        let clients = Set(chains.map { client(peer: peer, chain: $0) })
        return clients.count == 1 ? clients.first ?? peer : peer
    }

    /// The same for the header of a request.
    func client(peer: Peer, fields: HTTPFields) -> Peer {
        // What isn't believed need not be read.
        guard isTrusted(peer) else { return peer }
        return client(peer: peer, forwardedFor: fields.lines("x-forwarded-for"), forwarded: fields.lines("forwarded"))
    }

    private func client(peer: Peer, chain: [IPAddress?]) -> Peer {
        var nearest = peer
        for entry in chain.reversed() {
            guard let address = entry else { return nearest }
            nearest = .address(address)
            if !contains(address) { return nearest }
        }
        return nearest
    }

    private static func chain(forwardedFor lines: [String]) -> [IPAddress?] {
        lines.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.map { address(in: $0) }
    }

    /// The `for=` parameters; an element without one, or with an obfuscated name, ends the walk.
    private static func chain(forwarded lines: [String]) -> [IPAddress?] {
        lines.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.map { element in
            for pair in element.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, trimmed(parts[0]).lowercased() == "for" else { continue }
                return address(in: parts[1])
            }
            return nil
        }
    }

    /// Reads `10.0.0.1`, `10.0.0.1:4711`, `"[2001:db8::1]:4711"` and `2001:db8::1`.
    private static func address(in text: Substring) -> IPAddress? {
        var host = trimmed(text)
        if host.hasPrefix("\""), host.hasSuffix("\""), host.utf8.count >= 2 { host = host.dropFirst().dropLast() }
        if host.hasPrefix("[") { return IPAddress(host.dropFirst().prefix { $0 != "]" }) }
        if host.utf8.count(where: { $0 == UInt8(ascii: ":") }) == 1 { host = host.prefix { $0 != ":" } }
        return IPAddress(host)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
