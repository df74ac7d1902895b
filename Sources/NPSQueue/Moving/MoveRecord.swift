/// What a queue knows of its past beside rows: what was answered, what came and went, and what operators did. It goes along as it
/// is: the responses of a move are not counted again.
struct MoveRecord: Sendable {
    let tallies: [TallyCell]
    let traffic: [TrafficCell]
    let audit: [StoredAuditEntry]
    let lastAuditNumber: Int64

    /// What one statement reads at most: a server ends those that take long.
    private static let page = 1_000

    /// All of it: of a few days it is little, of years some megabytes.
    init(of rows: any RowStore) throws {
        tallies = try Self.tallies(of: rows)
        // Of a month at most.
        traffic = try rows.traffic(from: .min).filter { $0.arrivals != 0 || $0.deliveries != 0 }
        audit = try Self.audit(of: rows)
        lastAuditNumber = try rows.lastAuditNumber()
    }

    private static func tallies(of rows: any RowStore) throws -> [TallyCell] {
        var (tallies, place): ([TallyCell], TallyCell.Place) = ([], .start())
        while true {
            let next = try rows.tallies(after: place, before: TallyCode.afterAll, limit: page)
            tallies += next.filter { $0.count != 0 }
            guard next.count == page, let last = next.last?.place else { return tallies }
            place = last
        }
    }

    private static func audit(of rows: any RowStore) throws -> [StoredAuditEntry] {
        var (audit, number): ([StoredAuditEntry], Int64) = ([], .max)
        while true {
            let next = try rows.audit(nil, before: number, limit: page)
            audit += next
            guard next.count == page, let last = next.last?.number else { return audit.reversed() }
            number = last
        }
    }

    /// Whether it is the other's, after a move. Numbers that the target had used before stay used.
    func continues(_ other: MoveRecord) -> Bool {
        tallies == other.tallies && traffic == other.traffic && audit == other.audit
            && lastAuditNumber >= other.lastAuditNumber
    }

    /// What operators did with an empty target is of no interest any more, and has the numbers.
    func write(to rows: any RowStore) throws {
        try rows.add(tallies)
        try rows.add(traffic)
        while try rows.removeAudit(before: Milliseconds(rawValue: .max), sparingLast: nil, limit: 1_000) > 0 {}
        try rows.add(audit, through: lastAuditNumber)
    }
}
