/// What a database offers to keep the statistics in, within one transaction.
///
/// The sums over the rows of ``StoredResponse/tally`` and over the cells are the same, but for receipts that were removed for
/// their age, which stay counted.
protocol StatisticsRows {
    /// Adds to the counts.
    func add(_ cells: [TallyCell]) throws
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
    /// Whether programs of earlier versions may use the same rows, and change them without their tallies.
    var talliesMayBeStale: Bool { get }
    /// Looks among the next responses for those whose tally may have to change: what an earlier version accepted,
    /// edited or erased.
    /// What it returns is kept from others until the commit, and has no more than what this collector can open.
    func untallied(after position: TallyPosition, limit: Int) throws -> (
        responses: [StoredResponse], last: TallyPosition?
    )
}

/// How far ``ResponseQueue/tallyFormer(after:)`` has come.
package struct TallyPosition: Sendable, Hashable {
    /// 0 where all are in one order.
    let state: Int
    let sequence: Int64

    /// Before all.
    static let start = TallyPosition(state: 0, sequence: 0)
}
