import Foundation

/// Which items an operation is meant for: named ones, or all.
package struct Selection<ID: Codable & Sendable>: Codable, Sendable {
    /// Nil = all.
    package let ids: [ID]?
    /// Do everything but the change.
    package let dryRun: Bool?

    package init(ids: [ID]?, dryRun: Bool = false) {
        self.ids = ids
        self.dryRun = dryRun
    }
}
