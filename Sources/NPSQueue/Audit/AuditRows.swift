/// What a database offers to keep in what operators did, within one transaction.
protocol AuditRows {
    /// Gives the entry the next number, whatever its own is.
    func note(_ entry: StoredAuditEntry) throws
    /// The last first.
    ///
    /// - Parameter action: nil for all.
    func audit(_ action: String?, before number: Int64, limit: Int) throws -> [StoredAuditEntry]
    /// Removes the oldest of those from before `date`, but for the last one of the action; nil for none. Returns how
    /// many there were.
    func removeAudit(before date: Milliseconds, sparingLast action: String?, limit: Int) throws -> Int
    /// The highest number that an entry ever had.
    func lastAuditNumber() throws -> Int64
    /// Adds entries as they are, to none. No later one gets their numbers, nor any up to `last`.
    func add(_ entries: [StoredAuditEntry], through last: Int64) throws
}
