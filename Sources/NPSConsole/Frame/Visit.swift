import NPSModel
package import NPSPages

/// How a page is asked for: in which language, and whether its links have to carry that on, because there are no cookies.
package struct Visit: Sendable, Hashable {
    package let language: Language
    /// Whether it was chosen by `?lang=`, and not by the browser.
    let isChosen: Bool
    /// What else the page's address has in its query, as it came; empty for an answer to a form that was posted.
    let rest: String
    /// The path of the page that another language leads to; empty for this one, which an answer to a form can't be.
    package var base = ""

    /// The address of the same page in another language, from the page itself.
    func address(in language: Language) -> String {
        base + "?" + (rest.isEmpty ? "" : rest + "&") + "lang=" + language.tag
    }

    /// The address of another page, in the same language.
    ///
    /// - Parameters:
    ///   - path: without a query.
    ///   - query: names that need no escape, and values that may.
    package func address(_ path: String, _ query: KeyValuePairs<String, String> = [:]) -> String {
        address(path, query.map { ($0.key, $0.value) })
    }

    func address(_ path: String, _ query: [(String, String)]) -> String {
        var pairs = query.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }
        if isChosen { pairs.append("lang=\(language.tag)") }
        return pairs.isEmpty ? path : path + "?" + pairs.joined(separator: "&")
    }
}
