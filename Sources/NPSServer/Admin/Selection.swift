/// Which items an operation is meant for: named ones, or all.
package struct Selection<ID: Codable & Sendable>: Codable, Sendable {
    /// Nil = all.
    package let ids: [ID]?

    package init(ids: [ID]?) {
        self.ids = ids
    }
}

/// How many items an operation changed.
package struct Changed: Codable, Sendable {
    package let count: Int

    package init(count: Int) {
        self.count = count
    }
}
