/// The time by which the queue deletes what is old.
///
/// The machine's clock can be wrong by years, and what was deleted because of it is gone. So this time follows the
/// clock only while both agree. When the clock leaps, this time goes on with the collector's uptime, and the leap is
/// believed once the clock has kept to it for hours of uptime, added up over restarts: a machine that was switched off
/// loses some hours, a clock that was wrong for a while deletes nothing.
struct ConfirmedTime: Sendable, Hashable {
    /// By how much the clock may differ and still agrees: it is slewed, and a minute of uptime may be unobserved.
    static let tolerance: Duration = .seconds(60)
    /// By how much a clock goes back that is only corrected.
    static let slewing: Duration = .seconds(1)
    /// A clock further ahead of the confirmed time than this is reported, and has to keep to it for longer.
    static let farAhead: Duration = .seconds(86_400)
    /// How much uptime a clock has to keep to a leap; long enough for a person to notice where it is far ahead.
    static let usualWait: Duration = .seconds(6 * 3_600)
    static let longWait: Duration = .seconds(72 * 3_600)

    /// Nil until a clock was confirmed for the first time.
    var confirmed: Milliseconds?
    /// What the clock has said since its leap, counted on with the uptime; nil while it agrees.
    var claimed: Milliseconds?
    /// The uptime for which the clock has kept to that.
    var claimedFor: Duration = .zero

    /// - Parameters:
    ///   - clock: what the machine's clock says.
    ///   - uptime: since the last observation by this process, measured monotonically; zero for its first.
    mutating func observe(_ clock: Milliseconds, after uptime: Duration) {
        confirmed = confirmed.map { $0 + uptime }
        if let confirmed, clock >= confirmed - Self.tolerance, clock <= confirmed + Self.tolerance {
            self = ConfirmedTime(confirmed: clock)
            return
        }
        if let former = claimed.map({ $0 + uptime }), isKept(former, by: clock) {
            claimed = former
            claimedFor += uptime
        } else {
            claimed = clock
            claimedFor = .zero
        }
        if let claimed, claimedFor >= wait(for: claimed) {
            self = ConfirmedTime(confirmed: claimed)
            // Leaps since then have to be confirmed by themselves.
            if clock > claimed + Self.tolerance { self.claimed = clock }
        }
    }

    /// A clock that leaps ahead again still says that it is this late. One that goes back says it no more, and the first
    /// clock that is confirmed has to stand still: a machine without a battery starts years behind.
    private func isKept(_ former: Milliseconds, by clock: Milliseconds) -> Bool {
        guard clock >= former - Self.tolerance else { return false }
        guard let confirmed else { return clock <= former + Self.tolerance }
        return (former > confirmed) == (clock > confirmed)
    }

    private func wait(for claim: Milliseconds) -> Duration {
        guard let confirmed, claim > confirmed + Self.farAhead else { return Self.usualWait }
        return Self.longWait
    }

    /// Up to when things are certainly old; nil when nothing is known yet.
    func past(at clock: Milliseconds) -> Milliseconds? { confirmed.map { min($0, clock) } }

    func problem(at clock: Milliseconds) -> ClockProblem? {
        guard let confirmed else { return nil }
        if clock < confirmed - Self.tolerance { return .behind(by: confirmed - clock) }
        guard clock > confirmed + Self.farAhead else { return nil }
        return .ahead(by: clock - confirmed, believedAfter: max(.zero, wait(for: claimed ?? clock) - claimedFor))
    }
}
