import HTTPTypes
import Hummingbird
import NPSModel

/// Whether a request was made by one of the listener's own pages, as far as browsers tell, which no page can make them lie
/// about: `Sec-Fetch-Site` (W3C Fetch Metadata) and `Origin` (RFC 6454). Who sends neither is no browser of these years.
enum SameOrigin {
    private static let site = HTTPField.Name("Sec-Fetch-Site")

    /// True when one of the two says so and neither says otherwise.
    static func holds(for request: Request) -> Bool {
        let site = Self.site.flatMap { request.headers[$0] }
        let origin = request.headers[.origin]
        guard site != nil || origin != nil else { return false }
        if let site, site != "same-origin" { return false }
        guard let origin else { return true }
        return isOrigin(origin, of: request.head.authority ?? "")
    }

    /// Whether host and port are the same. The scheme may be another one, since a proxy may have ended the TLS.
    private static func isOrigin(_ origin: String, of authority: String) -> Bool {
        for (scheme, port) in [("http://", ":80"), ("https://", ":443")] where origin.hasPrefix(scheme) {
            let own = plain(origin.dropFirst(scheme.utf8.count), port)
            return !own.isEmpty && own == plain(authority[...], port)
        }
        // `null`, above all: browsers put it in the place of what a page hides.
        return false
    }

    /// In small letters and without the port that goes without saying.
    private static func plain(_ authority: Substring, _ port: String) -> String {
        let text = authority.lowercased()
        return text.hasSuffix(port) ? String(text.dropLast(port.utf8.count)) : text
    }
}
