/// What a database offers so that a queue can be moved out of it or into it, within one transaction; see ``QueueMove``.
/// What is read and written otherwise, ``RowStore`` has.
protocol MovableRows {
    /// The mark of this database; nil for none. Nobody else changes it before the commit of a transaction that may write.
    func moveMark() throws -> MoveMark?
    /// - Parameter mark: nil removes it.
    func write(_ mark: MoveMark?) throws
    /// The names of the collectors that have the database open. Always empty for a file, which one process has to itself.
    func otherCollectors() throws -> [String]
    /// Puts another database's key in the place of this one's, which nothing here was made with yet. To be followed by a
    /// new opening.
    func replaceKey(by key: PersonKey) throws

    /// The highest id that an entry of the quarantine ever had.
    func lastQuarantineID() throws -> Int64
    /// No later response, and no later entry of the quarantine, gets one of these numbers or a lower one.
    func skipNumbers(responses: Int64, entries: Int64) throws

    /// Up to which response a version without a `ConfirmedTime` wrote them; 0 for none. See `RowStore.raiseAges`.
    func undatedThrough() throws -> Int64
    func writeUndatedThrough(_ sequence: Int64) throws

    /// Adds responses as they are. None of them is there, and none is being sent.
    func add(_ responses: [StoredResponse]) throws
    /// Nil for an unknown id.
    func identity(_ id: QuarantineID) throws -> EntryIdentity?
    /// Adds an entry of the quarantine as it is, under its id.
    func add(_ entry: MovedEntry) throws
    /// What keeps repetitions of erased payloads out. They are few: each was erased by hand, and lately.
    func tombstones() throws -> [PayloadTombstone]
    /// Leaves those alone that are there.
    func add(_ tombstones: [PayloadTombstone]) throws
    /// All that `RowStore.noteLabel(_:)` was called with.
    func labels() throws -> [String]
}

/// What is kept of an erased payload.
struct PayloadTombstone: Sendable, Hashable {
    let source: String
    /// See ``PersonKey/tombstone(ofPayload:)``.
    let tombstone: String
    let at: Milliseconds
}
