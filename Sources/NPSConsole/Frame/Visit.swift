import NPSModel
package import NPSPages

/// How a page is asked for: in which language, and whether its links have to carry that on, because there are no cookies.
package struct Visit: Sendable, Hashable {
    package let language: Language
    /// Whether it was chosen by `?lang=`, and not by the browser.
    let isChosen: Bool

    /// The address of another page, in the same language.
    ///
    /// - Parameters:
    ///   - path: without a query.
    ///   - query: names that need no escape, and values that may.
    package func address(_ path: String, _ query: KeyValuePairs<String, String> = [:]) -> String {
        var pairs = query.map { "\($0.key)=\(PercentEncoding.encode($0.value))" }
        if isChosen { pairs.append("lang=\(language.tag)") }
        return pairs.isEmpty ? path : path + "?" + pairs.joined(separator: "&")
    }
}
