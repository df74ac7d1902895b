extension QueueTransaction {
    /// They are few, because each is written anew with its body.
    private static let entries = 20

    /// Relabels among the next entries after `id`. Returns the last of them; nil when there are none.
    mutating func relabelQuarantine(_ name: String, _ label: String, after id: Int64) throws -> Int64? {
        let (last, moved) = try rows.relabelQuarantine(name, label, after: id, limit: Self.entries)
        state.shares.move(moved, from: name, to: label)
        return last
    }

    /// Relabels the tombstones of erased payloads, so that a sender's retry isn't stored again, and remembers the label.
    mutating func finishRelabelling(_ name: String, _ label: String) throws {
        for id in try rows.mergeQuarantine(name, into: label) { _ = try discard([id]) }
        try rows.noteLabel(label)
        leavesDeletedContent = true
    }
}
