/// Whether this collector is the one that forwards, among those that share a database; a value.
///
/// One row of the database says who leads: an epoch, which grows with each taking, and a beat, which the leader counts up.
/// Nobody compares clocks of two machines. A follower takes the lease when it has seen the row unchanged for ``Times/ttl`` by its
/// own clock; the leader trusts in it for ``Times/trust`` from before it sent its last beat. Since a beat that arrived is seen
/// later than it was sent, the leader's trust has ended before anybody else can lead.
///
/// All times are those of a clock that goes on while the machine sleeps, and never back.
struct Lease: Sendable, Hashable {
    struct Times: Sendable, Hashable {
        /// How long the row has to be unchanged until it may be taken.
        var ttl = Duration.milliseconds(3_000)
        /// For how long a beat is trusted: less than ``ttl``, by more than clocks' rates differ in that time.
        var trust = Duration.milliseconds(2_400)
        /// How often the leader beats.
        var pause = Duration.milliseconds(750)
        /// How often a follower looks.
        var lookPause = Duration.milliseconds(250)
    }

    /// What the row says.
    struct Sight: Sendable, Hashable {
        let epoch: Int64
        let beat: Int64
        /// False when the last leader gave the lease back.
        let isHeld: Bool
        /// Whether this collector has written it last. That may be news: an answer was lost, or another server has taken
        /// the place of the one that counted the beats.
        var isOwn = false
    }

    /// What is to be done now, each a statement to the database but for the wait.
    enum Action: Sendable, Hashable {
        /// Read the row, and tell ``saw(_:at:)``.
        case look
        /// Take the lease if the row is still like this, and tell ``took(_:sentAt:)``.
        case take(Sight)
        /// Count the beat up under this collector's term, and tell ``beaten(_:sentAt:)``.
        case beat
        case wait(until: Duration)
    }

    /// How a beat ended.
    enum Beat: Sendable, Hashable {
        case counted
        /// Somebody else has the lease, or another server is there, which doesn't count the beats of the last one.
        case refused
        /// Nobody knows.
        case failed
    }

    private enum Role: Hashable {
        /// - since: when the row was first seen as it is; nil before it was.
        case follower(seen: Sight?, since: Duration)
        /// - isRecovered: false until what the last leader left is dealt with.
        case leader(isRecovered: Bool)
    }

    private let times: Times
    private var role = Role.follower(seen: nil, since: .zero)
    private var nextStep: Duration = .zero
    /// Until when this collector may begin to send; in the past for one that doesn't lead.
    private(set) var trustedUntil: Duration = .zero
    /// Until when this collector doesn't take the lease.
    private var abstainsUntil: Duration = .zero

    init(times: Times = Times()) {
        self.times = times
    }

    /// Whether a request may begin now.
    func isTrusted(at now: Duration) -> Bool { isRecovered && now < trustedUntil }

    /// Whether this collector holds the lease as far as it knows, trusted or not.
    var isLeading: Bool {
        if case .leader = role { true } else { false }
    }

    /// Whether it leads, and what the last leader left is dealt with.
    var isRecovered: Bool { role == .leader(isRecovered: true) }

    func next(at now: Duration) -> Action {
        guard now >= nextStep else { return .wait(until: nextStep) }
        switch role {
        case .leader: return .beat
        case .follower(let seen, _): return seen.flatMap { mayTake(at: now) ? .take($0) : nil } ?? .look
        }
    }

    /// What was seen is compared again by the statement that takes, so it may be older than this.
    private func mayTake(at now: Duration) -> Bool {
        guard case .follower(let seen?, let since) = role, now >= abstainsUntil else { return false }
        return !seen.isHeld || seen.isOwn || now - since >= times.ttl
    }

    /// - Parameter sight: nil when the row couldn't be read. Then it counts as changed: somebody may have beaten.
    mutating func saw(_ sight: Sight?, at now: Duration) {
        guard case .follower(let seen, let since) = role else { return }
        let isUnchanged = sight != nil && sight == seen
        role = .follower(seen: sight, since: isUnchanged ? since : now)
        nextStep = mayTake(at: now) ? now : now + times.lookPause
    }

    /// - Parameters:
    ///   - success: false also when nobody knows: then the next look tells.
    ///   - sentAt: when the statement was sent, not when its answer came.
    mutating func took(_ success: Bool, sentAt: Duration) {
        guard case .follower = role else { return }
        nextStep = sentAt + times.lookPause
        guard success else {
            role = .follower(seen: nil, since: sentAt)
            return
        }
        role = .leader(isRecovered: false)
        trustedUntil = sentAt + times.trust
        nextStep = sentAt + times.pause
    }

    /// What the last leader left has been dealt with.
    mutating func recovered() {
        if isLeading { role = .leader(isRecovered: true) }
    }

    mutating func beaten(_ beat: Beat, sentAt: Duration) {
        guard isLeading else { return }
        switch beat {
        case .counted:
            trustedUntil = max(trustedUntil, sentAt + times.trust)
            nextStep = sentAt + times.pause
        case .refused:
            role = .follower(seen: nil, since: sentAt)
            trustedUntil = .zero
            nextStep = sentAt
        case .failed:
            // Trust ends by itself; a beat that gets through brings it back.
            nextStep = sentAt + times.lookPause
        }
    }

    /// The lease was given back: because the collector stops, or because another can do more with it.
    ///
    /// - Parameter date: until when this collector doesn't take it again.
    mutating func resigned(until date: Duration) {
        role = .follower(seen: nil, since: .zero)
        trustedUntil = .zero
        nextStep = .zero
        abstainsUntil = date
    }
}
