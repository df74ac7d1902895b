import Foundation

/// Checks the API's address before a token is sent to it.
enum Endpoint {
    /// The base address without a trailing slash.
    static func checked(_ text: String) throws(PlanhatError) -> String {
        // Foundation would read other scripts' digits as an address of this machine.
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else { throw notAnAddress }
        // Both of Foundation's parsers must see the same host: one is asked here, the HTTP client asks the other.
        guard let components = URLComponents(string: text), let url = URL(string: text),
            let scheme = components.scheme?.lowercased(), let host = components.host, !host.isEmpty, url.host() != nil,
            components.user == nil, components.password == nil, components.query == nil, components.fragment == nil,
            !text.contains("@"), !text.contains("\\")
        else { throw notAnAddress }
        guard scheme == "https" || (scheme == "http" && isLoopback(host) && isLoopback(url.host() ?? "")) else {
            throw .invalidRequest("planhat.url must begin with https: the token is never sent in clear.")
        }
        var base = text
        while base.hasSuffix("/") { base.removeLast() }
        return base
    }

    /// - Parameter base: ``checked(_:)``, so that there is nothing else between the scheme and the path.
    static func host(of base: String) -> String {
        String(base.drop { $0 != "/" }.drop { $0 == "/" }.prefix { $0 != "/" })
    }

    private static let notAnAddress =
        PlanhatError.invalidRequest("planhat.url must be an address such as https://api.planhat.com, in ASCII.")

    /// 127.0.0.0/8 (RFC 1122 §3.2.1.3), ::1 and the name that stands for them.
    private static func isLoopback(_ host: String) -> Bool {
        if ["localhost", "[::1]", "::1"].contains(host.lowercased()) { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy(isOctet)
    }

    private static func isOctet(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt8(text) != nil
    }
}
