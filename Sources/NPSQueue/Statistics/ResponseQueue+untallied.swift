extension ResponseQueue {
    /// All of it, with ``tallyFormer(after:isSparing:onGap:)``.
    package func tallyAllFormer() async throws(QueueError) {
        var position = try await tallyFormer()
        while let next = position { position = try await tallyFormer(after: next) }
    }

    /// Counts what an earlier version stored and of which the content is still known: the next of it. Where such a version may
    /// share the database, puts right what that edited and erased. To be repeated until it returns nil; each call is durable on
    /// its own, so it can be interrupted at any time, and begun anew. Writes nothing when nothing is left to do.
    ///
    /// - Parameters:
    ///   - position: what the call before returned; nil to begin.
    ///   - isSparing: leaves out each that is damaged, so that it keeps no other from being counted; one after the other, which
    ///     takes longer.
    ///   - onGap: gets how many can't be counted: those that are left out, and those whose content can't be read here.
    package func tallyFormer(
        after position: TallyPosition? = nil,
        isSparing: Bool = false,
        onGap: (Int) -> Void = { _ in }
    ) async throws(QueueError) -> TallyPosition? {
        let (candidates, last) = try await readSlice { transaction in
            if position == nil, try transaction.rows.isTallied() { return ([Int64](), TallyPosition?.none) }
            return try transaction.rows.untallied(after: position ?? .start, limit: Self.slice)
        }
        let parts = isSparing ? candidates.map { [$0] } : [candidates]
        for part in parts where !part.isEmpty {
            do throws(QueueError) {
                let gaps = try await tally(part)
                if gaps > 0 { onGap(gaps) }
            } catch .damaged where isSparing {
                onGap(1)
            }
        }
        return last
    }

    /// Returns how many of them can't be counted.
    private func tally(_ candidates: [Int64]) async throws(QueueError) -> Int {
        let (sequences, gaps) = try await readSlice { transaction in try transaction.wronglyTallied(among: candidates) }
        if !sequences.isEmpty { try await transactSlice { transaction in try transaction.tally(sequences) } }
        return gaps
    }

    /// Has later starts look for nothing any more. To be called when ``tallyFormer(after:isSparing:onGap:)`` has returned nil
    /// and there were no gaps; does nothing where an earlier version may come back, or has rows that aren't brought on yet.
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
