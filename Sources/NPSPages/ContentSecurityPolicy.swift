import Crypto
import Foundation

/// The Content Security Policy (CSP Level 3) of a page: it allows only the style sheets in the page, each by its SHA-256,
/// and a form that is sent to the page's own origin.
package struct ContentSecurityPolicy: Sendable, Hashable {
    package let value: String

    /// - Parameters:
    ///   - html: the page exactly as it is sent, with LF line ends.
    ///   - frameAncestors: the directive's value.
    package init(for html: [UInt8], frameAncestors: String) {
        let sources = Self.styleSheets(in: html).map { style in
            "'sha256-\(Data(SHA256.hash(data: style)).base64EncodedString())'"
        }
        let styles = sources.isEmpty ? "'none'" : sources.joined(separator: " ")
        value = """
            default-src 'none'; style-src \(styles); form-action 'self'; base-uri 'none'; \
            frame-ancestors \(frameAncestors)
            """
    }

    /// The text of each `<style>` element. Text that people typed can't contain one, because it is escaped.
    private static func styleSheets(in html: [UInt8]) -> [ArraySlice<UInt8>] {
        var styles: [ArraySlice<UInt8>] = []
        var rest = html[...]
        while let start = place(of: "<style", in: rest), let open = place(of: ">", in: rest[start...]) {
            let text = rest[(open + 1)...]
            guard let end = place(of: "</style", in: text) else { break }
            styles.append(text[..<end])
            rest = text[end...].dropFirst()
        }
        return styles
    }

    /// The index at which a word of ASCII begins.
    private static func place(of word: StaticString, in bytes: ArraySlice<UInt8>) -> Int? {
        word.withUTF8Buffer { word in
            guard let first = word.first else { return nil }
            var rest = bytes
            while let candidate = rest.firstIndex(of: first) {
                if rest[candidate...].starts(with: word) { return candidate }
                rest = rest[(candidate + 1)...]
            }
            return nil
        }
    }
}
