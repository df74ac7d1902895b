import Foundation

/// This collector's part in the agreement about who forwards; a value.
///
/// The ``Lease`` says when it is free and for how long it is trusted. Here is what else decides: whether this collector stands,
/// under which term it leads, what has to be over before it sends, and what of its own is still on the way when it doesn't
/// lead any more.
struct Candidacy: Sendable {
    /// How often this collector says that it is there.
    static let signPause = Duration.seconds(5)
    /// How often one that doesn't lead any more looks whether its last request is over.
    static let sendingPause = Duration.milliseconds(250)
    /// What a leader's trust ends before, by less than anybody else can lead: see ``Lease/Times``.
    static let margin = Duration.milliseconds(500)

    /// Leave to send what was claimed.
    enum Leave: Sendable, Hashable {
        case given
        /// This collector has the lease, but hasn't been heard for so long that another may take it.
        case suspended
        case lost
    }

    /// What this collector says of itself to the others.
    struct Sign: Sendable, Hashable {
        let stands: Bool
        /// Whether it is the first since the start.
        let isFirst: Bool
    }

    /// What the last leader left is to be dealt with.
    struct Recovery: Sendable, Hashable {
        let term: Int64
        /// Whether it was waited for claims that may be missing, and the database doesn't know yet that this is over.
        let owesNote: Bool
    }

    private let name: String
    private let grace: TimeInterval
    private var lease = Lease()
    /// The last one that this collector took the lease with, or tried to.
    private(set) var term: Int64?
    /// Whether it takes the lease when nobody has it.
    private var stands = false
    /// Until when it doesn't, all the same.
    private var abstainsUntil: Duration = .zero
    /// Until when nothing is sent: claims of the last leader may be missing. In the past for none.
    private var waitsUntil: Duration = .zero
    private var owesNote = false
    private var isRecovering = false
    /// Whether a request that this collector has begun isn't over: it couldn't send another one if it led.
    private var isSending = false
    /// Whether the lease is just being given back, which may come to nothing.
    private var isShut = false
    private var nextSign: Duration = .zero
    /// Whether the others know of this collector.
    private(set) var hasSigned = false
    /// How often it took over from a server that may have lost what it had acknowledged.
    private(set) var replacements = 0
    /// Whose term the log was told of last.
    private var announced: Int64?

    /// - Parameters:
    ///   - name: what this collector is called.
    ///   - grace: seconds until what may have been claimed without a trace is over.
    init(name: String, grace: TimeInterval) {
        self.name = name
        self.grace = grace
    }

    /// From now on it takes the lease when nobody has it, or doesn't; one that stands goes on standing.
    mutating func begin(standing: Bool) {
        stands = stands || standing
        nextSign = .zero
    }

    func next(at now: Duration) -> Lease.Action {
        guard !lease.isLeading else { return lease.next(at: now) }
        if isSending { return .wait(until: now + Self.sendingPause) }
        return stands ? lease.next(at: now) : .wait(until: now + Self.signPause)
    }

    /// Nil when none is due.
    func sign(at now: Duration) -> Sign? {
        nextSign <= now ? Sign(stands: stands && abstainsUntil <= now, isFirst: !hasSigned) : nil
    }

    mutating func signed(_ success: Bool, at now: Duration) {
        nextSign = now + Self.signPause
        hasSigned = hasSigned || success
    }
}

/// What the database says.
extension Candidacy {
    /// - Parameter found: nil when it couldn't be asked.
    /// - Returns: who forwards now, if that is news and another collector.
    mutating func saw(_ found: LeaseRow.Found?, at now: Duration) -> String? {
        lease.saw(found.map { Lease.Sight($0, isOwn: $0.term == term) }, at: now)
        guard let found, found.term != term, found.term != announced else { return nil }
        announced = found.term
        // By this name, it's what this collector was before it was restarted.
        return found.holder == name ? nil : found.holder
    }

    /// To be told before the lease is asked for, because the answer may be lost.
    mutating func asks(with term: Int64) {
        self.term = term
    }

    /// - Parameter taken: nil when the lease wasn't given, or nobody knows.
    mutating func took(_ taken: LeaseRow.Taken?, sentAt: Duration) {
        lease.took(taken != nil, sentAt: sentAt)
        isRecovering = false
        owesNote = taken?.mayLackClaims ?? false
        waitsUntil = owesNote ? sentAt + .seconds(grace) : .zero
        if owesNote { replacements += 1 }
    }

    mutating func beaten(_ beat: Lease.Beat, sentAt: Duration) {
        lease.beaten(beat, sentAt: sentAt)
    }

    /// Another transaction has found that this term is over.
    mutating func lost(_ term: Int64, at now: Duration) {
        if self.term == term { lease.beaten(.refused, sentAt: now) }
    }
}

/// Taking the lease whoever has it.
extension Candidacy {
    /// The row is taken for given back.
    mutating func disregards(_ found: LeaseRow.Found, at now: Duration) -> Lease.Sight {
        let sight = Lease.Sight(epoch: found.epoch, beat: found.beat, isHeld: false)
        lease.saw(sight, at: now)
        return sight
    }

    /// Whoever has taken it so deals by himself with what the last leader left, and waits for nothing.
    ///
    /// - Returns: the term; nil when the lease wasn't taken.
    mutating func leadsAtOnce() -> Int64? {
        waitsUntil = .zero
        isRecovering = lease.isLeading
        return lease.isLeading ? term : nil
    }
}

/// What the last leader left.
extension Candidacy {
    /// Nil while it isn't to be dealt with, or when somebody is at it. It has to be told then how that ended.
    mutating func beginRecovery(at now: Duration) -> Recovery? {
        guard lease.isLeading, !lease.isRecovered, !isRecovering, waitsUntil <= now, let term else { return nil }
        isRecovering = true
        return Recovery(term: term, owesNote: owesNote)
    }

    /// The database knows that what was waited for is over.
    mutating func noted() {
        owesNote = false
    }

    mutating func recovered(_ term: Int64, _ success: Bool) {
        guard self.term == term else { return }
        isRecovering = false
        if success { lease.recovered() }
    }
}

/// Sending.
extension Candidacy {
    /// Whether this collector forwards, as far as it knows.
    func isForwarding(at now: Duration) -> Bool { lease.isTrusted(at: now) }

    func leave(for term: Int64?, at now: Duration) -> Leave {
        guard let term, self.term == term, lease.isLeading else { return .lost }
        return !isShut && lease.isTrusted(at: now) ? .given : .suspended
    }

    /// A request begins, if it may.
    ///
    /// - Returns: when it must have begun, because then another collector may lead; nil when it may not begin.
    mutating func beginSending(under term: Int64, at now: Duration) -> Duration? {
        guard self.term == term, !isShut, lease.isTrusted(at: now) else { return nil }
        isSending = true
        return lease.trustedUntil + Self.margin
    }

    mutating func endSending() {
        isSending = false
    }
}

/// Giving the lease back.
extension Candidacy {
    /// Sends nothing until ``gaveBack(_:abstaining:at:)``.
    ///
    /// - Returns: the term; nil when there is nothing to give back.
    mutating func beginGivingBack() -> Int64? {
        isShut = lease.isLeading
        return isShut ? term : nil
    }

    /// - Parameters:
    ///   - success: false when this collector keeps the lease, and goes on.
    ///   - time: for how long it takes no lease.
    mutating func gaveBack(_ success: Bool, abstaining time: Duration, at now: Duration) {
        isShut = false
        guard success else { return }
        abstainsUntil = now + time
        lease.resigned(until: abstainsUntil)
        // The others count on whoever stands.
        nextSign = .zero
    }
}

extension Lease.Sight {
    fileprivate init(_ found: LeaseRow.Found, isOwn: Bool) {
        self.init(epoch: found.epoch, beat: found.beat, isHeld: found.holder != nil, isOwn: isOwn)
    }
}
