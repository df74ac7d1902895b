/// Which items an operation is meant for: named ones, or all.
package struct Selection<ID: Codable & Sendable>: Codable, Sendable {
    /// Nil = all.
    package let ids: [ID]?

    package init(ids: [ID]?) {
        self.ids = ids
    }
}
