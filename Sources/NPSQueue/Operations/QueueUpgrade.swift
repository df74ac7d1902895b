/// How far the rows that an earlier version wrote have been brought into this version's form.
package struct QueueUpgrade: Sendable, Hashable {
    /// The place in the order of acceptance up to which they are done.
    package let reached: Int64
    /// The last of them.
    package let last: Int64

    package init(reached: Int64, last: Int64) {
        self.reached = reached
        self.last = last
    }

    /// From 0 to 100, rounded down.
    package var percent: Int { last > 0 ? Int(max(0, min(100, 100 * Double(reached) / Double(last)))) : 100 }
}

extension ResponseQueue {
    /// Brings the next rows that an earlier version wrote into this version's form, `limit` at most. To be repeated until
    /// it returns nil; each call is durable on its own, so it can be interrupted at any time. Everything works meanwhile.
    package func upgrade(limit: Int = slice) async throws(QueueError) -> QueueUpgrade? {
        try await transactSlice { transaction in try transaction.upgrade(limit: limit) }
    }
}
