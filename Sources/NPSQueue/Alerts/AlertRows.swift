/// What a database offers to keep alerts and the activity of sources in, within one transaction. They are few: one row for
/// each alert that holds, each message that isn't delivered, and each source.
protocol AlertRows {
    /// Whether this collector forwards, and goes on to do so until the commit. Always true where nobody else has the rows.
    func holdsLead() throws -> Bool
    /// - Parameter collectors: of which; nil for all. The empty name stands for what is true of the whole queue.
    func keptAlerts(of collectors: [String]?) throws -> KeptAlerts
    func write(_ changes: AlertChanges) throws
    /// Makes a message be this caller's until then; false when it isn't there any more, or was claimed another number of
    /// times.
    func claim(_ message: KeptMessage, until date: Milliseconds) throws -> Bool
    /// Nil for one that isn't there.
    func keptMessage(_ id: String) throws -> KeptMessage?
    /// Removes all alerts and messages.
    func removeAlerts() throws
    /// Removes what is from before `date`, of collectors that aren't there.
    func removeAlertsOfGoneCollectors(before date: Milliseconds) throws
    /// In the order of their names.
    func sourceRecords() throws -> [SourceRecord]
    /// Adds the counts to those of the sources, and moves the dates of their last deliveries on. Histories that are nil stay.
    func add(_ records: [SourceRecord]) throws
}
