/// The parameters of `GET /nps`; what is nil is left to Planhat's default.
package struct ListQuery: Sendable, Hashable {
    /// One or several, comma separated.
    package var companyId: String?
    /// Default 100, at most 10,000.
    package var limit: Int?
    package var offset: Int?
    /// A property; `-` in front = descending.
    package var sort: String?
    /// Properties, comma separated.
    package var select: String?
    /// Days back from now in which it was answered, default 360.
    package var npsExpiryDay: Int?

    package init() {}

    /// Empty, or `?` and the parameters.
    var queryString: String {
        let pairs: [(String, String?)] = [
            ("companyId", companyId), ("limit", limit.map(String.init)), ("offset", offset.map(String.init)),
            ("sort", sort), ("select", select), ("npsExpiryDay", npsExpiryDay.map(String.init)),
        ]
        let given = pairs.compactMap { name, value in value.map { "\(name)=\(PercentEncoding.encode($0))" } }
        return given.isEmpty ? "" : "?" + given.joined(separator: "&")
    }
}
