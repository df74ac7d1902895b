import Foundation

/// The address that people and tools use, from configuration alone: no header of a request ever changes a link.
package struct PublicURL: Sendable, Hashable, CustomStringConvertible {
    /// `https://nps.example.com`, without a path.
    package let origin: String
    /// `nps.example.com`, without a port.
    package let host: String
    /// Empty, or `/a/b` with a leading and no trailing slash: what stands before every route.
    package let basePath: String

    /// Nil unless the text is an http or https URL without user, query and fragment, its path of plain segments.
    package init?(_ text: String) {
        guard let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(), let host = url.host else {
            return nil
        }
        guard ["http", "https"].contains(scheme), !host.isEmpty, url.user == nil, url.query == nil, url.fragment == nil
        else { return nil }
        let segments = url.percentEncodedPath.split(separator: "/")
        guard segments.allSatisfy(Self.isPlain) else { return nil }
        self.host = host
        origin = "\(scheme)://\(host)" + (url.port.map { ":\($0)" } ?? "")
        basePath = segments.map { "/" + $0 }.joined()
    }

    package var isSecure: Bool { origin.hasPrefix("https:") }

    package var description: String { origin + basePath }

    /// The address as the sender knows it, for a path with its query as it arrived here, whether or not a proxy
    /// stripped the base path.
    package func address(ofPath path: String) -> String {
        let next = path.utf8.dropFirst(basePath.utf8.count).first
        let hasBase =
            path.utf8.starts(with: basePath.utf8)
            && (next == nil || next == UInt8(ascii: "/") || next == UInt8(ascii: "?"))
        return origin + (hasBase ? "" : basePath) + path
    }

    /// Letters, digits and `-._~` (RFC 3986 unreserved), and neither `.` nor `..`.
    private static func isPlain(_ segment: Substring) -> Bool {
        segment != "." && segment != ".."
            && segment.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0)
                    || [0x2d, 0x2e, 0x5f, 0x7e].contains($0)
            }
    }
}
