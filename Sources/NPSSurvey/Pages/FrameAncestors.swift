import NPSModel

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
