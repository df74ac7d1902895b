package import NPSModel

/// Which parked responses are to be tried again.
package struct RetryRequest: Codable, Sendable, Hashable {
    /// Nil = all, or those of the reason.
    package let ids: [ResponseID]?
    /// Those whose reason contains this, whatever its case; nil = whatever the reason.
    package let reason: String?

    package init(ids: [ResponseID]? = nil, reason: String? = nil) {
        self.ids = ids
        self.reason = reason
    }
}
