import Foundation

/// Where the API is, checked before a token goes there.
enum Endpoint {
    /// The base address without a trailing slash.
    static func checked(_ text: String) throws(PlanhatError) -> String {
        guard let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(), let host = url.host,
            !host.isEmpty, url.query == nil, url.fragment == nil, url.user == nil
        else { throw .invalidRequest("planhat.url must be an address such as https://api.planhat.com.") }
        guard scheme == "https" || (scheme == "http" && isLoopback(host)) else {
            throw .invalidRequest("planhat.url must begin with https: the token is never sent in clear.")
        }
        var base = text
        while base.hasSuffix("/") { base.removeLast() }
        return base
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
