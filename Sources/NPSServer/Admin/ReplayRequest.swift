package import NPSQueue

/// What `POST /quarantine/replay` is asked for.
package struct ReplayRequest: Codable, Sendable {
    package let ids: [QuarantineID]
    /// Only say what would happen: nothing is stored, nothing leaves the quarantine, and the source files that are read
    /// for it come into no force.
    package let dryRun: Bool?
    /// Whether the source files are read again first; nil = yes. A long replay asks for it once.
    package let reload: Bool?

    package init(ids: [QuarantineID], dryRun: Bool, reload: Bool) {
        self.ids = ids
        self.dryRun = dryRun
        self.reload = reload
    }
}
