/// What a database offers to keep the statistics in, within one transaction.
///
/// The sums over the rows of ``StoredResponse/tally`` and over the cells are the same, but for receipts that were removed for
/// their age, which stay counted.
protocol StatisticsRows {
    /// Adds to the counts.
    ///
    /// - Parameter removesEmpty: leaves nothing of what this makes 0, for which it may wait for other writers.
    func add(_ cells: [TallyCell], removesEmpty: Bool) throws
    func add(_ hours: [TrafficCell]) throws
    /// The next cells, in the order of their places.
    ///
    /// - Parameters:
    ///   - place: the last of the page before, or ``TallyCell/Place/start(_:)``.
    ///   - end: before which codes are wanted.
    func tallies(after place: TallyCell.Place, before end: String, limit: Int) throws -> [TallyCell]
    /// Those from this hour on, in their order.
    func traffic(from hour: Int64) throws -> [TrafficCell]
    /// Those of an earlier hour.
    func removeTraffic(before hour: Int64) throws
    /// Removes what counts nothing any more at these places.
    func removeEmptyTallies(_ places: [TallyCell.Place]) throws
    /// Removes the counts at these places. Returns what it has removed, in the order of the places: nobody else has that.
    func takeTallies(_ places: [TallyCell.Place]) throws -> [TallyCell]
    /// Whether programs of earlier versions may use the same rows, and change them without their tallies.
    var talliesMayBeStale: Bool { get }
    /// Looks among the next responses for those whose tally may have to change, by their sequence numbers: what an earlier
    /// version accepted, edited or erased. Reads no content.
    ///
    /// - Returns: also the last that was looked at; nil when there are no more.
    func untallied(after position: TallyPosition, limit: Int) throws -> (sequences: [Int64], last: TallyPosition?)
    /// Those of ``untallied(after:limit:)`` that are there.
    func load(untallied sequences: [Int64]) throws -> [StoredResponse]
    /// Whether ``noteTallied()`` was called.
    func isTallied() throws -> Bool
    /// Notes that nothing will be untallied any more. Where ``talliesMayBeStale``, nobody can say so.
    func noteTallied() throws
}

extension StatisticsRows {
    func add(_ cells: [TallyCell]) throws { try add(cells, removesEmpty: false) }
}
