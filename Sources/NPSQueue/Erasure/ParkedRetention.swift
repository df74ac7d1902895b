/// For how long parked responses are kept, and since when that has been announced: nothing that a person wrote is erased
/// for its age without a week's notice.
///
/// All times are those of `ConfirmedTime`, so that a clock that jumps doesn't shorten the notice.
struct ParkedRetention: Sendable, Hashable {
    static let notice: Duration = .seconds(7 * 86_400)

    /// Nil = for ever.
    private(set) var period: Duration?
    /// When this period, or a shorter one in its place, began to be announced; nil without a period.
    private(set) var announcedAt: Milliseconds?

    /// Takes the setting over. A period that erases earlier than the former has to be announced anew.
    mutating func announce(_ new: Duration?, at now: Milliseconds) {
        defer { period = new }
        guard let new else {
            announcedAt = nil
            return
        }
        if period.map({ new < $0 }) ?? true { announcedAt = now }
    }

    /// What was parked before this is to be erased; nil for nothing.
    func cutoff(at now: Milliseconds) -> Milliseconds? {
        guard let period, let announcedAt, now >= announcedAt + Self.notice else { return nil }
        return now - period
    }

    /// What was parked before this is erased within the time of notice; nil for nothing.
    func horizon(at now: Milliseconds) -> Milliseconds? {
        period.map { now + Self.notice - $0 }
    }

    /// When something is erased that was parked then; nil for never.
    func end(of parkedAt: Milliseconds) -> Milliseconds? {
        guard let period, let announcedAt else { return nil }
        return max(parkedAt + period, announcedAt + Self.notice)
    }
}
