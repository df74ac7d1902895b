import NPSModel

/// The names of hosts that the admin listener answers to.
///
/// A page of somebody else's can have its own name lead to this listener once it is open in a browser (DNS rebinding), and the
/// browser then takes the two for one site. Such a name is one in the public DNS, so it has a dot and an ending that is sold.
/// Everything that no stranger on the internet can have is answered without a setting:
///
/// - addresses, which need no DNS;
/// - `localhost` and what ends with it, which browsers lead to this machine by themselves (RFC 6761 §6.3);
/// - names without a dot, which container networks and search domains give. No stranger gets a whole top-level domain for
///   such a purpose, and ICANN lets no generic one have an address (RFC 7085 counts those of countries that have one);
/// - names that end with `.internal`, which ICANN keeps for private use and will never delegate.
///
/// Somebody on the operator's own network, or with its DNS, may answer for a name without a dot. Containers and probes ask by
/// such names, so these are answered nonetheless. What is to be had that way is health and metrics: a browser has no password
/// for that name.
///
/// `.local` isn't among them: by multicast DNS anybody on the same network may answer for it, and nothing needs it. Nor is
/// `.svc`, which nobody has promised to keep out of the public DNS.
package struct AdminHosts: Sendable, Hashable {
    /// In small letters.
    private var names: Set<String> = []
    /// In small letters, each with its dot in front.
    private var endings: [String] = []

    /// Those that need no setting.
    package static let standard = AdminHosts()

    private init() {}

    /// - Parameters:
    ///   - host: `admin.host`, which may be a name.
    ///   - names: `admin.host-names`; one that begins with a dot stands for all names that end with it. A top-level domain's
    ///     would be everybody's.
    /// - Returns: nil when one of the names is none.
    package init?(host: String, names: [String]) {
        if let own = Self.name(host) { self.names.insert(own) }
        for name in names {
            let isEnding = name.utf8.first == UInt8(ascii: ".")
            guard let plain = Self.name(isEnding ? String(name.dropFirst()) : name) else { return nil }
            if isEnding, !plain.utf8.contains(UInt8(ascii: ".")) { return nil }
            if isEnding { endings.append("." + plain) } else { self.names.insert(plain) }
        }
    }

    /// - Parameter authority: of a request: a host and perhaps a port. Empty where a client of HTTP/1.0 names none, which no
    ///   browser is.
    func hold(_ authority: String) -> Bool {
        if authority.isEmpty { return true }
        if authority.utf8.first == UInt8(ascii: "[") { return true }
        guard let name = Self.name(authority.prefix { $0 != ":" }) else { return false }
        if !name.utf8.contains(UInt8(ascii: ".")) || IPAddress(name) != nil { return true }
        if names.contains(name) { return true }
        return Self.harmless.contains(where: name.hasSuffix) || endings.contains(where: name.hasSuffix)
    }

    private static let harmless = [".localhost", ".internal"]

    /// In small letters and without the dot at the end, which only says that the name is whole. Nil for what is no name, above
    /// all for one with an escaped dot.
    private static func name(_ text: some StringProtocol) -> String? {
        let name = text.lowercased()
        let whole = name.utf8.last == UInt8(ascii: ".") ? String(name.dropLast()) : name
        let labels = whole.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isName = labels.allSatisfy { !$0.isEmpty && $0.allSatisfy(isNameByte) }
        return isName && whole.utf8.count <= 253 ? whole : nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}
