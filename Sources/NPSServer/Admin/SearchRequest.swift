import NPSModel
package import NPSQueue

/// Whose responses are looked for. An address has no place in a path or query, which proxies and shells keep.
package struct SearchRequest: Codable, Sendable {
    package let email: String
    package let state: ResponseState?
    package let limit: Int
    package let after: Int64?

    package init(email: String, state: ResponseState?, limit: Int, after: Int64?) {
        self.email = email
        self.state = state
        self.limit = limit
        self.after = after
    }
}
