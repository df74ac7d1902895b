import Crypto
import Foundation
import NPSModel

/// The Content Security Policy (CSP Level 3) of a page: it allows only the style sheets in the page, each by its SHA-256,
/// and a form that is sent to the page's own origin.
struct ContentSecurityPolicy: Sendable, Hashable {
    let value: String

    /// - Parameter html: the page exactly as it is sent, with LF line ends.
    init(for html: [UInt8], frameAncestors: FrameAncestors) {
        let sources = Self.styleSheets(in: html).map { style in
            "'sha256-\(Data(SHA256.hash(data: style)).base64EncodedString())'"
        }
        let styles = sources.isEmpty ? "'none'" : sources.joined(separator: " ")
        value = """
            default-src 'none'; style-src \(styles); form-action 'self'; base-uri 'none'; \
            frame-ancestors \(frameAncestors.value)
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

/// Which sites may show the pages in a frame: the `frame-ancestors` of the Content Security Policy (CSP Level 3).
package struct FrameAncestors: Sendable, Hashable {
    package static let none = FrameAncestors(value: "'none'")

    let value: String

    private init(value: String) {
        self.value = value
    }

    /// - Parameter sources: `none` alone, or `self` and origins such as `https://www.example.com` and
    ///   `https://*.example.com:8443`. Empty: none.
    package init(_ sources: [String]) throws(SurveyError) {
        guard !sources.isEmpty, sources != ["none"] else {
            self = .none
            return
        }
        guard sources.allSatisfy({ $0 == "self" || Self.isOrigin($0) }) else {
            throw .frameAncestors
        }
        value = sources.map { $0 == "self" ? "'self'" : $0 }.joined(separator: " ")
    }

    /// Admits no character that could end the directive or begin another.
    private static func isOrigin(_ text: String) -> Bool {
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return false }
        let parts = text.dropFirst(scheme.count).split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, parts.count <= 2 else { return false }
        if parts.count == 2, UInt16(parts[1]) == nil { return false }
        let labels = (host.hasPrefix("*.") ? host.dropFirst(2) : host)
            .split(separator: ".", omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            !label.isEmpty
                && label.utf8.allSatisfy { $0.isASCIIDigit || $0.isASCIILetter || $0 == UInt8(ascii: "-") }
        }
    }
}
