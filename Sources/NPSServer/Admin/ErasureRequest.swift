/// Whose data is to be removed, and where the search of the quarantine goes on.
package struct ErasureRequest: Codable, Sendable {
    package let email: String
    /// The last quarantined payload that was looked at; nil for the first call.
    package let after: Int64?

    package init(email: String, after: Int64? = nil) {
        self.email = email
        self.after = after
    }
}
