import Foundation

/// The state of a response, without its content. Every rule of the state machine is a function of this value, so that
/// the rules can be tested without a database.
struct ResponseLifecycle: Sendable, Hashable {
    var state = ResponseState.pending
    /// Of the present content; equal contents have equal digests. Nil once it is erased.
    var digest: KeyedDigest?
    /// When the content was made, as the survey tool states it.
    var version = ContentVersion()
    /// The sender's id of the webhook delivery that brought the present content; nil when it has none.
    var delivery: String?
    /// Traces of the contents that were replaced last, one for each delivery that brought them, and of the present
    /// content as it came under further ids. The newest is at the end.
    var superseded: [KeyedDigest] = []
    /// Grows with every edit.
    var revision = 1
    /// Attempts with the present content that count, or those since the last `queue retry`.
    var attempts = 0
    /// Whether Planhat may have a record of it: then it is sent by upsert, never by POST.
    var mustUpsert = false
    /// Set while it is pending, and while it is sending, for a release.
    var nextAttemptAt: Milliseconds?
    /// Only of what is pending and may be a bot's: until then it waits for the person. Nil once it was claimed.
    var heldUntil: Milliseconds?
    var botFlag = BotFlag.none
    /// When the present content was received; for a replayed delivery, when that was received.
    var receivedAt: Milliseconds
    /// Since when the present content could have been delivered: it was received, its hold ended, its delivery was
    /// replayed from quarantine, or an operator asked for a retry.
    var waitingFrom: Milliseconds
    var deliveredAt: Milliseconds?
    var planhatID: String?
    var reason: String?
    /// When it was delivered, parked or erased; nil while it is pending or sending.
    var closedAt: Milliseconds?
    /// What Planhat may still have of an erased response; nil for nothing, and for all others.
    var remote: RemoteTrace? {
        didSet { if remote == nil { isRemoteDeletionWanted = false } }
    }
    /// Whether somebody asked to have that deleted at Planhat, too.
    private(set) var isRemoteDeletionWanted = false

    /// A new response, due at once.
    ///
    /// - Parameter arrival: when it was received; nil for now.
    init(
        digest: KeyedDigest?,
        version: ContentVersion = ContentVersion(),
        at now: Milliseconds,
        arrival: Milliseconds? = nil
    ) {
        self.digest = digest
        self.version = version
        nextAttemptAt = now
        receivedAt = arrival ?? now
        waitingFrom = now
    }

    /// Whether the row has the content in this state.
    var keepsContent: Bool {
        switch state {
        case .pending, .sending, .parked: true
        case .delivered, .erased: false
        }
    }
}

extension ResponseLifecycle {
    /// Flags it as a bot's and puts the first attempt off, so that the person can answer first.
    mutating func hold(until date: Milliseconds) {
        guard state == .pending, let next = nextAttemptAt else { return }
        heldUntil = date
        botFlag = .current
        nextAttemptAt = max(next, date)
        waitingFrom = max(waitingFrom, date)
    }

    mutating func claim() {
        state = .sending
        heldUntil = nil
    }

    /// Takes a claim back: nothing was sent.
    mutating func release(at now: Milliseconds) {
        if state == .sending { state = .pending }
        settleErased(isSent: false, at: now)
    }

    /// Applies a verdict and returns the attempt for the history; nil, and no change, unless it is being sent.
    ///
    /// For a response that was erased meanwhile, the verdict only tells what Planhat may have of it.
    mutating func settle(_ outcome: Outcome, revision settled: Int, at now: Milliseconds) -> Attempt? {
        if state == .erased { settleErased(after: outcome, at: now) }
        guard state == .sending else { return nil }
        // Not those with an older content.
        if settled == revision, outcome.countsAttempt { attempts += 1 }
        apply(outcome, isNewest: settled == revision, at: now)
        let attempt = Attempt(at: now.date, outcome: Attempt.Result(outcome), reason: reason)
        if settled != revision, state != .pending {
            // The verdict is about older content, which Planhat has or refused. The newer one is still to be sent.
            makePending(at: now)
        }
        if settled != revision {
            mustUpsert = true
            deliveredAt = nil
        }
        return attempt
    }

    private mutating func apply(_ outcome: Outcome, isNewest: Bool, at now: Milliseconds) {
        switch outcome {
        case .delivered(let id):
            state = .delivered
            planhatID = id ?? planhatID
            deliveredAt = now
            closedAt = now
            if botFlag == .earlier, isNewest { botFlag = .none }
            nextAttemptAt = nil
            reason = nil
        case .retry(let date, let why, _):
            postpone(to: date, reason: why)
        case .ambiguous(let date, let why, _):
            mustUpsert = true
            postpone(to: date, reason: why)
        case .park(let why, let mayHaveArrived):
            if mayHaveArrived { mustUpsert = true }
            state = .parked
            closedAt = now
            nextAttemptAt = nil
            reason = Self.short(why)
        }
    }

    private mutating func postpone(to date: Date, reason why: String) {
        state = .pending
        nextAttemptAt = Milliseconds(date)
        reason = Self.short(why)
    }

    /// It was parked without need, or an operator asked for a retry. False unless it is parked.
    ///
    /// - Parameter due: nil for at once.
    mutating func retry(at now: Milliseconds, due: Milliseconds? = nil) -> Bool {
        guard state == .parked else { return false }
        // An earlier request may have arrived all the same.
        mustUpsert = true
        makePending(at: now)
        if let due { nextAttemptAt = max(now, due) }
        waitingFrom = now
        return true
    }

    /// False when it is erased already. What Planhat may have is remembered until ``confirmErasure()``.
    ///
    /// - Parameter arrivals: until when what was sent from a former state of the queue may still arrive; nil for no such.
    mutating func erase(at now: Milliseconds, arrivalsUntil arrivals: Milliseconds? = nil) -> Bool {
        guard state != .erased else { return false }
        let end = max(endOfAmbiguity(at: now), arrivals ?? now)
        remote = state == .sending ? .sending : mayBeAtPlanhat ? .record(from: end) : nil
        state = .erased
        closedAt = now
        digest = nil
        delivery = nil
        superseded = []
        version = ContentVersion()
        nextAttemptAt = nil
        heldUntil = nil
        botFlag = .none
        reason = nil
        return true
    }

    /// Somebody asks to have what Planhat may have of it deleted there, too. False when there is nothing, or when that
    /// was asked for before.
    mutating func wantRemoteDeletion() -> Bool {
        guard remote != nil, !isRemoteDeletionWanted else { return false }
        isRemoteDeletionWanted = true
        return true
    }

    /// Planhat has nothing of it any more. False when there was nothing to confirm, or while a request is under way.
    mutating func confirmErasure() -> Bool {
        guard state == .erased, case .record = remote else { return false }
        remote = nil
        planhatID = nil
        return true
    }

    private var mayBeAtPlanhat: Bool {
        state == .delivered || mustUpsert || planhatID != nil
    }

    /// Whether Planhat may have a record of it, or may get one from a request under way.
    var isKnownToPlanhat: Bool { mayBeAtPlanhat || state == .sending }

    /// Until when an ambiguous attempt may still arrive: the time of the next attempt, two minutes from now at most.
    private func endOfAmbiguity(at now: Milliseconds) -> Milliseconds {
        guard state == .pending, mustUpsert, let nextAttemptAt else { return now }
        return min(max(now, nextAttemptAt), now + Self.longestAmbiguity)
    }

    /// More than the time limit of the largest request and the time for which the API may work on it.
    private static let longestAmbiguity: Duration = .seconds(120)

    private mutating func settleErased(after outcome: Outcome, at now: Milliseconds) {
        switch outcome {
        case .delivered(let id):
            if remote == .sending { planhatID = id ?? planhatID }
            settleErased(isSent: true, at: now)
        case .ambiguous(let date, _, _):
            settleErased(isSent: true, at: min(max(now, Milliseconds(date)), now + Self.longestAmbiguity))
        case .park(_, let mayHaveArrived):
            settleErased(isSent: mayHaveArrived, at: now)
        case .retry:
            settleErased(isSent: false, at: now)
        }
    }

    /// - Parameter isSent: false when this attempt certainly left nothing; an earlier one may have.
    private mutating func settleErased(isSent: Bool, at date: Milliseconds) {
        guard state == .erased, remote == .sending else { return }
        remote = isSent || mayBeAtPlanhat ? .record(from: date) : nil
    }

    /// Due at once, as if it had just come in.
    mutating func makePending(at now: Milliseconds) {
        state = .pending
        closedAt = nil
        attempts = 0
        nextAttemptAt = now
        heldUntil = nil
        deliveredAt = nil
        reason = nil
    }

    /// A reason is a sentence for operators, not a whole error page.
    private static func short(_ reason: String) -> String {
        String(reason.prefix(500))
    }
}

extension Outcome {
    fileprivate var countsAttempt: Bool {
        switch self {
        case .delivered, .park: true
        case .retry(_, _, let countsAttempt), .ambiguous(_, _, let countsAttempt): countsAttempt
        }
    }
}
