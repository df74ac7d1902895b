/// What a queue knows of its past beside rows: what was answered, what came and went, and what operators did. It goes along as it
/// is: the responses of a move are not counted again.
struct MoveRecord: Sendable {
    let tallies: [TallyCell]
    let traffic: [TrafficCell]
    let audit: [StoredAuditEntry]
    let lastAuditNumber: Int64

    /// All of it: of a few days it is little, of years some megabytes.
    init(of rows: any RowStore) throws {
        tallies = try rows.tallies(after: .start(), before: TallyCode.afterAll, limit: .max).filter { $0.count != 0 }
        traffic = try rows.traffic(from: .min).filter { $0.arrivals != 0 || $0.deliveries != 0 }
        audit = try rows.audit(nil, before: .max, limit: .max).reversed()
        lastAuditNumber = try rows.lastAuditNumber()
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
        while try rows.removeAudit(before: Milliseconds(rawValue: .max), limit: 1_000) > 0 {}
        try rows.add(audit, through: lastAuditNumber)
    }
}
