import Crypto
import Foundation

/// The Content Security Policy (CSP Level 3) of a page: nothing but the style sheets that stand in it, each by its
/// SHA-256, and a form that is sent back to where it came from.
struct ContentSecurityPolicy {
    let value: String

    /// - Parameter html: the page exactly as it will be sent, with LF line ends.
    init(for html: String, frameAncestors: FrameAncestors) {
        let sources = Self.styleSheets(in: html).map { style in
            "'sha256-\(Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString())'"
        }
        let styles = sources.isEmpty ? "'none'" : sources.joined(separator: " ")
        value = """
            default-src 'none'; style-src \(styles); form-action 'self'; base-uri 'none'; \
            frame-ancestors \(frameAncestors.value)
            """
    }

    /// The text of each `<style>` element. What people typed can't make one: it is escaped.
    private static func styleSheets(in html: String) -> [Substring] {
        var styles: [Substring] = []
        var rest = html[...]
        while let start = rest.firstRange(of: "<style"), let open = rest[start.upperBound...].firstIndex(of: ">") {
            let text = rest[rest.index(after: open)...]
            guard let end = text.firstRange(of: "</style") else { break }
            styles.append(text[..<end.lowerBound])
            rest = text[end.upperBound...]
        }
        return styles
    }
}
