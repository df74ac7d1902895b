extension ResponseQueue {
    /// Puts a source's label in the place of its name, in everything that is stored, once for each label: rows of versions
    /// that stored the name of a source whose name is its only secret. Does nothing when it was done before.
    ///
    /// Call it before anything is delivered or accepted. It works in short transactions, and can be interrupted.
    package func relabel(source name: String, as label: String) async throws(QueueError) {
        guard try await !read({ try $0.rows.isNoted(label) }) else { return }
        var last: Int64? = 0
        while let after = last {
            last = try await transactSlice {
                try $0.rows.relabelResponses(name, label, after: after, limit: Self.slice)
            }
        }
        last = 0
        while let after = last {
            last = try await transactSlice { try $0.relabelQuarantine(name, label, after: after) }
        }
        var place: TallyCell.Place? = .start()
        while let after = place {
            place = try await transactSlice { try $0.relabelTallies(name, label, after: after, limit: Self.cells) }
        }
        try await transact { try $0.finishRelabelling(name, label) }
        // The log still holds the name.
        try await truncateLog()
    }
}
