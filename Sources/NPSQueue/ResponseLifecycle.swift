import Foundation

/// The part of a response's row that decides: every rule of the state machine is a function of this value.
struct ResponseLifecycle: Sendable, Hashable {
    var state = ResponseState.pending
    var digest: String
    /// When the content was made, as the tool says; nil when it doesn't.
    var version: Milliseconds?
    /// The sender's id of the delivery that brought the present content; nil when it has none.
    var delivery: String?
    /// Traces of the last contents that were replaced, the newest last.
    var superseded: [String] = []
    var revision = 1
    /// Made with the present content, or since the last `retry` by hand.
    var attempts = 0
    var mustUpsert = false
    /// Set while pending or sending; a release needs it again.
    var nextAttemptAt: Milliseconds?
    /// Only of what is pending and may not be a person's: until then it waits for one. Nil once it was claimed.
    var heldUntil: Milliseconds?
    var botFlag = BotFlag.none
    /// When the present content came in; for what a replay yielded, when its delivery did.
    var receivedAt: Milliseconds
    var deliveredAt: Milliseconds?
    var planhatID: String?
    var reason: String?
    /// Since when it is delivered, parked or erased; nil while it is on its way.
    var closedAt: Milliseconds?
    /// Only of erased ones; nil when Planhat has nothing of it.
    var remote: RemoteTrace?

    /// A response that is new.
    ///
    /// - Parameter arrival: when it came in, if that is not now.
    init(digest: String, version: Milliseconds? = nil, at now: Milliseconds, arrival: Milliseconds? = nil) {
        self.digest = digest
        self.version = version
        nextAttemptAt = now
        receivedAt = arrival ?? now
    }

    /// Whether the row still carries what the person said.
    var keepsContent: Bool {
        switch state {
        case .pending, .sending, .parked: true
        case .delivered, .erased: false
        }
    }
}

extension ResponseLifecycle {
    /// The same response came in again. `updated` means that its content has to be replaced. What is older than what
    /// is known is dropped: tools deliver again what they got no answer to, also after an edit.
    ///
    /// - Parameters:
    ///   - arrival: when it came in, if that is not now. It tells the older where versions don't.
    ///   - isHeld: it may not be a person's. It replaces nothing but what is held itself.
    ///   - newDelivery: the sender's id of the delivery.
    ///   - trace: what is kept of a content that is replaced, and of its delivery; nil = nothing.
    mutating func receive(
        digest newDigest: String,
        version newVersion: Milliseconds? = nil,
        at now: Milliseconds,
        arrival: Milliseconds? = nil,
        isHeld: Bool = false,
        delivery newDelivery: String? = nil,
        trace: Trace? = nil
    ) -> Acceptance {
        guard state != .erased else { return .unchanged }
        let waits = heldUntil != nil
        guard waits || !isHeld else { return .unchanged }
        if let newVersion, let version, newVersion != version {
            if newVersion < version { return .unchanged }
        } else if let arrival, arrival < receivedAt {
            return .unchanged
        }
        // A time that is the same for all contents doesn't tell them apart, and a delivery's id is the same on each try:
        // what was replaced already has come late. Without either, a person may have changed back.
        let isTold = newDelivery != nil || (newVersion != nil && newVersion == version)
        if isTold, digest != newDigest, let trace, superseded.contains(trace(newDigest, newDelivery)) {
            return .unchanged
        }
        version = newVersion ?? version
        if !isHeld, botFlag == .current { botFlag = waits ? .none : .earlier }
        guard digest != newDigest else { return .unchanged }
        if let trace { superseded = (superseded + [trace(digest, delivery)]).suffix(Self.supersededLimit) }
        digest = newDigest
        delivery = newDelivery
        revision += 1
        receivedAt = arrival ?? now
        switch state {
        case .pending where waits && !isHeld:
            makePending(at: now)
        case .pending, .sending, .erased:
            // A pending one keeps its schedule: the wait is for the API's sake. One that is being sent learns from
            // its verdict, which names the older revision, that it has to go again.
            break
        case .delivered:
            mustUpsert = true
            makePending(at: now)
        case .parked:
            mustUpsert = true
            makePending(at: now)
        }
        return .updated
    }

    typealias Trace = (_ digest: String, _ delivery: String?) -> String

    /// More than the edits that are made while a sender still tries an earlier one.
    private static let supersededLimit = 8

    /// Puts the first attempt off, for a person to answer first.
    mutating func hold(until date: Milliseconds) {
        guard state == .pending, let next = nextAttemptAt else { return }
        heldUntil = date
        botFlag = .current
        nextAttemptAt = max(next, date)
    }

    mutating func claim() {
        state = .sending
        heldUntil = nil
    }

    /// Nothing was sent.
    mutating func release(at now: Milliseconds) {
        if state == .sending { state = .pending }
        settleErased(isSent: false, at: now)
    }

    /// Nil when there is nothing to settle: it isn't being sent (any more). Of one that was erased meanwhile, the
    /// verdict tells only what to look for at Planhat.
    mutating func settle(_ outcome: Outcome, revision settled: Int, at now: Milliseconds) -> Attempt? {
        if state == .erased { settleErased(after: outcome, at: now) }
        guard state == .sending else { return nil }
        attempts += 1
        apply(outcome, isNewest: settled == revision, at: now)
        let attempt = Attempt(at: now.date, outcome: Attempt.Result(outcome), reason: reason)
        if settled != revision, state != .pending {
            // The verdict is about older content; Planhat has that, or refused it. The newer still has to go.
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
        case .retry(let date, let why, let countsAttempt):
            if !countsAttempt { attempts -= 1 }
            postpone(to: date, reason: why)
        case .ambiguous(let date, let why, let countsAttempt):
            if !countsAttempt { attempts -= 1 }
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

    /// A person asked for another try. False unless it is parked.
    mutating func retry(at now: Milliseconds) -> Bool {
        guard state == .parked else { return false }
        // An earlier request may have arrived all the same.
        mustUpsert = true
        makePending(at: now)
        return true
    }

    /// False when it is erased already. What may be at Planhat is remembered until that is deleted, too.
    mutating func erase(at now: Milliseconds) -> Bool {
        guard state != .erased else { return false }
        remote = state == .sending ? .sending : mayBeAtPlanhat ? .record(from: endOfAmbiguity(at: now)) : nil
        state = .erased
        closedAt = now
        digest = ""
        delivery = nil
        superseded = []
        version = nil
        nextAttemptAt = nil
        heldUntil = nil
        botFlag = .none
        reason = nil
        return true
    }

    /// Planhat has nothing of it any more. False when there was nothing to confirm, or a request is under way.
    mutating func confirmErasure() -> Bool {
        guard state == .erased, case .record = remote else { return false }
        remote = nil
        planhatID = nil
        return true
    }

    private var mayBeAtPlanhat: Bool {
        state == .delivered || mustUpsert || planhatID != nil
    }

    /// Whether Planhat knows it, or may be about to.
    var isKnownToPlanhat: Bool { mayBeAtPlanhat || state == .sending }

    /// An attempt whose end is unknown may still arrive until the next one would have been made.
    private func endOfAmbiguity(at now: Milliseconds) -> Milliseconds {
        guard state == .pending, mustUpsert, let nextAttemptAt else { return now }
        return min(max(now, nextAttemptAt), now + Self.longestAmbiguity)
    }

    private static let longestAmbiguity: Milliseconds = 60_000

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

    /// - Parameter isSent: false when this attempt left nothing; an earlier one may have.
    private mutating func settleErased(isSent: Bool, at date: Milliseconds) {
        guard state == .erased, remote == .sending else { return }
        remote = isSent || mayBeAtPlanhat ? .record(from: date) : nil
    }

    private mutating func makePending(at now: Milliseconds) {
        state = .pending
        closedAt = nil
        attempts = 0
        nextAttemptAt = now
        heldUntil = nil
        deliveredAt = nil
        reason = nil
    }

    /// Reasons are for reading, not for keeping somebody's error page.
    private static func short(_ reason: String) -> String {
        String(reason.prefix(500))
    }
}
