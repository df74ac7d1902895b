extension ResponseQueue {
    /// All of it, with ``tallyFormer(after:)``.
    package func tallyAllFormer() async throws(QueueError) {
        var position = try await tallyFormer()
        while let next = position { position = try await tallyFormer(after: next) }
    }

    /// Counts what an earlier version stored and of which the content is still known: the next of it. Where such a version may
    /// share the database, puts right what that edited and erased. To be repeated until it returns nil; each call is durable on
    /// its own, so it can be interrupted at any time, and begun anew. Writes nothing when nothing is left to do.
    ///
    /// - Parameter position: what the call before returned; nil to begin.
    package func tallyFormer(after position: TallyPosition? = nil) async throws(QueueError) -> TallyPosition? {
        let (sequences, last) = try await readSlice { transaction in
            if position == nil, try transaction.rows.isTallied() { return ([Int64](), TallyPosition?.none) }
            return try transaction.untallied(after: position ?? .start, limit: Self.slice)
        }
        if !sequences.isEmpty { try await transactSlice { transaction in try transaction.tally(sequences) } }
        return last
    }

    /// Leaves what ``tallyFormer(after:)`` would do next, because it can't be read. Returns after what the next call goes on.
    package func passFormer(after position: TallyPosition?) async throws(QueueError) -> TallyPosition? {
        try await readSlice { transaction in
            try transaction.rows.untallied(after: position ?? .start, limit: Self.slice).last
        }
    }

    /// Has later starts look for nothing any more. To be called when ``tallyFormer(after:)`` has returned nil and nothing was
    /// left out; does nothing where an earlier version may come back, or has rows that aren't brought on yet.
    package func finishTallying() async throws(QueueError) {
        let isDue = try await read { transaction in
            try !transaction.rows.talliesMayBeStale && transaction.state.upgrade == nil && !transaction.rows.isTallied()
        }
        if isDue { try await transact { transaction in try transaction.rows.noteTallied() } }
    }

    /// Whether another version's collector has the same database, or had it within a day and didn't end as it should have.
    package func hasOtherVersions() async throws(QueueError) -> Bool {
        let collectors = try await leadership()?.collectors ?? []
        return collectors.contains { $0.version != configuration.version }
    }
}
