import Dispatch
import Foundation
import Logging
import Synchronization

/// Keeps this collector's part in the agreement about who forwards: looks, takes, beats and gives back, as ``Lease`` says, on
/// a thread and a connection of its own, so that no other work makes a beat late.
final class LeaseKeeper: Sendable {
    struct Terms: Sendable {
        let address: PostgresAddress
        /// Of the program, for those who look at the list of collectors.
        let version: String
        /// `ResponseQueue.Configuration.isMoving`
        let isMoving: Bool
        /// Seconds until what may have been claimed without a trace is over.
        let grace: TimeInterval
        let logger: Logger
    }

    /// Has the lane for work claim under this term, after it has dealt with what the last leader was sending; under none for
    /// nil. Calls back with whether that was done.
    typealias Lead = @Sendable (_ term: Int64?, _ done: @escaping @Sendable (Bool) -> Void) -> Void

    private struct State {
        var lease = Lease()
        /// The last one that this collector took the lease with, or tried to.
        var term: Int64?
        /// Whether it takes the lease when nobody has it.
        var stands = false
        /// Until when it doesn't, all the same.
        var abstainsUntil: Duration = .zero
        /// Nil before ``LeaseKeeper/begin(standing:_:)``.
        var lead: Lead?
        /// Whether this collector is about to stop: then it takes and beats no more.
        var isStopping = false
        var isClosed = false
        /// Until when nothing is sent: claims of the last leader may be missing. In the past for none.
        var waitsUntil: Duration = .zero
        var owesWaitNote = false
        var isRecovering = false
        /// Whether a request that this collector has begun isn't over: it couldn't send another one if it led.
        var isSending = false
        var nextSign: Duration = .zero
        var hasSigned = false
        var replacements = 0
        /// Whether it is just being given back, which may come to nothing.
        var isShut = false
        /// Whose term the log was told of last.
        var announced: Int64?
        var failing = Failing()
    }

    /// What the database couldn't be asked last. Where a standby is away, it tells who forwards, and takes no beat.
    private struct Failing {
        var reading = false
        var writing = false

        var isAny: Bool { reading || writing }
    }

    /// How often this collector says that it is there.
    private static let signPause = Duration.seconds(5)
    /// How often one that doesn't lead any more looks whether its last request is over.
    private static let sendingPause = Duration.milliseconds(250)
    /// What a leader's trust ends before, by less than anybody else can lead: see ``Lease/Times``.
    private static let margin = Duration.milliseconds(500)

    private let terms: Terms
    private let dispatch = DispatchQueue(label: "nps-queue.lease", qos: .userInteractive)
    private let state = Mutex(State())
    /// Held while a statement runs, unlike the state.
    private let link = Mutex<PostgresConnection?>(nil)
    private let killTimer = KillTimer()

    init(_ terms: Terms) {
        self.terms = terms
    }

    /// Whether this collector forwards, as far as it knows.
    var isForwarding: Bool { state.withLock { $0.lease.isTrusted(at: BootTime.now) } }

    /// Connects, which tells at once what is wrong.
    func open() throws { try link.withLock { link in _ = try connection(&link) } }

    /// How often, since the start, it took over from a server that may have lost what it had acknowledged.
    var replacements: Int { state.withLock { $0.replacements } }

    /// Begins to say that this collector is there, and, if it stands, to take the lease when nobody has it. Does no harm when
    /// it has begun before.
    func begin(standing: Bool, _ lead: @escaping Lead) {
        let isFirst = state.withLock { state in
            defer { state.lead = lead }
            state.stands = state.stands || standing
            state.nextSign = .zero
            return state.lead == nil
        }
        guard isFirst else { return }
        if standing, !killTimer.isArmed(in: getpid()) {
            terms.logger.warning(
                """
                the kernel won't end this process if it is stopped right before it sends: it is the first of a container \
                (run it under an init), or has no timers left
                """
            )
        }
        dispatch.async { [weak self] in self?.run() }
    }

    /// Takes the lease whoever has it, and keeps it until somebody takes it away. Blocks. The lane for work has to be told the
    /// term that is returned.
    func takeAtOnce() throws -> Int64 {
        while true {
            let found = try link.withLock { link in try connection(&link).lookAtLease() }
            let sight = Lease.Sight(epoch: found.epoch, beat: found.beat, isHeld: false)
            let sentAt = BootTime.now
            state.withLock { $0.lease.saw(sight, at: sentAt) }
            take(sight)
            let term = state.withLock { state in
                state.waitsUntil = .zero
                state.isRecovering = state.lease.isLeading
                return state.lease.isLeading ? state.term : nil
            }
            if let term { return term }
        }
    }

    /// What the last leader left is dealt with.
    func recovered(_ term: Int64, _ success: Bool = true) {
        state.withLock { state in
            guard state.term == term else { return }
            state.isRecovering = false
            if success { state.lease.recovered() }
        }
    }

    /// Another transaction has found that this term is over.
    func lost(_ term: Int64) {
        state.withLock { state in
            if state.term == term { state.lease.beaten(.refused, sentAt: BootTime.now) }
        }
    }

    /// Gives the lease back. The lane for work claims nothing any more.
    ///
    /// - Parameter time: for how long this collector leaves it to others, if there are any; nil for good, because it stops.
    /// - Returns: whether it was given back.
    func resign(abstaining time: Duration?) async -> Bool {
        if time == nil { state.withLock { $0.isStopping = true } }
        return await withCheckedContinuation { continuation in
            dispatch.async { [self] in
                // Nobody else has to be told by one that doesn't lead, or that keeps it.
                guard giveBack(abstaining: time), let lead = state.withLock({ $0.lead }) else {
                    return continuation.resume(returning: false)
                }
                lead(nil) { _ in continuation.resume(returning: true) }
            }
        }
    }

    /// Blocks until what runs has ended. Idempotent.
    func close() {
        guard
            state.withLock({ state in
                defer { (state.isClosed, state.isStopping) = (true, true) }
                return !state.isClosed
            })
        else { return }
        dispatch.sync {
            _ = giveBack(abstaining: nil)
            link.withLock { link in
                if state.withLock({ $0.hasSigned && !$0.failing.isAny }), let connection = link, !connection.isClosed {
                    try? connection.leave(terms.address.name)
                }
                link?.close()
                link = nil
            }
        }
        state.withLock { $0.lead = nil }
    }
}

/// Leave to send.
extension LeaseKeeper {
    enum Leave: Sendable, Hashable {
        case given
        /// This collector has the lease, but hasn't been heard for so long that another may take it.
        case suspended
        case lost
    }

    func leave(for term: Int64?) -> Leave {
        state.withLock { state in
            guard let term, state.term == term, state.lease.isLeading else { return .lost }
            return !state.isShut && state.lease.isTrusted(at: BootTime.now) ? .given : .suspended
        }
    }

    /// Whether a request may begin, in the last moment before it does. If so, ``didSend()`` has to follow at once: a process
    /// that is stopped in between, until another one leads, is killed before it goes on.
    func maySend(_ term: Int64) -> Bool {
        state.withLock { state in
            guard state.term == term, !state.isShut, state.lease.isTrusted(at: BootTime.now) else { return false }
            killTimer.arm(at: state.lease.trustedUntil + Self.margin)
            state.isSending = true
            return true
        }
    }

    func didSend() { killTimer.disarm() }

    /// The request is over.
    func didEnd() { state.withLock { $0.isSending = false } }
}

/// The steps, on the keeper's own queue.
extension LeaseKeeper {
    private func run() {
        guard !state.withLock({ $0.isStopping }) else { return }
        let pause = max(.milliseconds(1), step())
        dispatch.asyncAfter(deadline: .now() + pause / .seconds(1)) { [weak self] in self?.run() }
    }

    /// Does what is to be done now. Returns for how long there is nothing to do.
    private func step() -> Duration {
        sayHere()
        let now = BootTime.now
        let action = state.withLock { state in
            guard !state.lease.isLeading else { return state.lease.next(at: now) }
            if state.isSending { return .wait(until: now + Self.sendingPause) }
            return state.stands ? state.lease.next(at: now) : .wait(until: now + Self.signPause)
        }
        switch action {
        case .wait(let time): return max(.zero, min(time - now, Self.signPause))
        case .look: look()
        case .take(let sight): take(sight)
        case .beat: beat()
        }
        recover()
        return .zero
    }

    private func look() {
        let found = asking(writing: false) { connection in try connection.lookAtLease() }
        let news: String? = state.withLock { state in
            let sight = found.map { found in
                Lease.Sight(
                    epoch: found.epoch,
                    beat: found.beat,
                    isHeld: found.holder != nil,
                    isOwn: found.term == state.term
                )
            }
            state.lease.saw(sight, at: BootTime.now)
            guard let found, found.term != state.term, found.term != state.announced else { return nil }
            state.announced = found.term
            // By this name, it's what this collector was before it was restarted.
            return found.holder == terms.address.name ? nil : found.holder
        }
        if let news { terms.logger.notice("another collector forwards now", metadata: ["name": "\(news)"]) }
    }

    private func take(_ sight: Lease.Sight) {
        let term = Int64.random(in: 1 ... .max)
        let sentAt = BootTime.now
        // Before it is sent: the answer may be lost.
        state.withLock { $0.term = term }
        let taken = asking { connection in try connection.takeLease(sight, as: term, by: terms.address.name) } ?? nil
        state.withLock { state in
            state.lease.took(taken != nil, sentAt: sentAt)
            state.isRecovering = false
            state.owesWaitNote = taken?.mayLackClaims ?? false
            state.waitsUntil = state.owesWaitNote ? sentAt + .seconds(terms.grace) : .zero
            if state.owesWaitNote { state.replacements += 1 }
        }
        guard let taken else { return }
        terms.logger.notice("this collector forwards now", metadata: ["database": "\(terms.address)"])
        if taken.mayLackClaims { warnOfReplacement() }
    }

    private func warnOfReplacement() {
        terms.logger.error(
            """
            another server has taken the place of the database, and no commit had waited for it: acknowledged answers may \
            be missing, and so may the last claims, so nothing is sent until those are over
            """,
            metadata: ["seconds": "\(Int(terms.grace.rounded(.up)))"]
        )
    }

    private func beat() {
        guard let term = state.withLock({ $0.term }) else { return }
        let sentAt = BootTime.now
        let isCounted = asking { connection in try connection.beatLease(term) }
        let beat: Lease.Beat = isCounted.map { $0 ? .counted : .refused } ?? .failed
        state.withLock { $0.lease.beaten(beat, sentAt: sentAt) }
    }

    /// Has the lane for work deal with what the last leader left, once that is to be done.
    private func recover() {
        let now = BootTime.now
        let due: (term: Int64, lead: Lead, owesNote: Bool)? = state.withLock { state in
            guard
                state.lease.isLeading, !state.lease.isRecovered, !state.isRecovering, state.waitsUntil <= now,
                let term = state.term, let lead = state.lead
            else { return nil }
            state.isRecovering = true
            return (term, lead, state.owesWaitNote)
        }
        guard let (term, lead, owesNote) = due else { return }
        if owesNote {
            let isNoted = asking { connection in try connection.noteWait(term) } != nil
            state.withLock { $0.owesWaitNote = !isNoted }
            guard isNoted else { return recovered(term, false) }
        }
        lead(term) { [weak self] success in self?.recovered(term, success) }
    }

    private func sayHere() {
        let now = BootTime.now
        let (isDue, stands, isFirst) = state.withLock { state in
            (state.nextSign <= now, state.stands && state.abstainsUntil <= now, !state.hasSigned)
        }
        guard isDue else { return }
        let (name, version) = (terms.address.name, terms.version)
        let isDone =
            asking { connection in
                try connection.sign(name, version: version, stands: stands, isFirst: isFirst)
            } != nil
        state.withLock { state in
            state.nextSign = now + Self.signPause
            state.hasSigned = state.hasSigned || isDone
        }
    }

    /// Whether it was given back. Where nobody knows, this collector does as if it was.
    ///
    /// - Parameter time: as for ``resign(abstaining:)``. Before a stop nothing is waited for that isn't there already, nor a
    ///   database that didn't answer: others take the lease by themselves after a while.
    private func giveBack(abstaining time: Duration?) -> Bool {
        let leading = state.withLock { state in
            state.isShut = state.lease.isLeading
            return state.isShut ? state.term : nil
        }
        guard let term = leading else { return false }
        let name = terms.address.name
        let isGiven: Bool? = link.withLock { link in
            guard let connection = link, !connection.isClosed, time != nil || !state.withLock(\.failing.isAny) else {
                return time == nil ? nil : false
            }
            return try? connection.resignLease(term, of: name, onlyToAnother: time != nil)
        }
        state.withLock { state in
            if time == nil || isGiven != false {
                state.abstainsUntil = BootTime.now + (time ?? .zero)
                state.lease.resigned(until: state.abstainsUntil)
                // The others count on whoever stands.
                state.nextSign = .zero
            }
            state.isShut = false
        }
        if isGiven == true { terms.logger.notice("this collector gave the forwarding back") }
        return isGiven != false
    }

    /// Nil when the database couldn't be asked, which the log is told once, and once that it is over.
    ///
    /// - Parameter writing: whether the question is committed. When a write succeeds, reading works as well.
    private func asking<Answer: Sendable>(
        writing: Bool = true,
        _ question: @Sendable (PostgresConnection) throws -> Answer
    ) -> Answer? {
        do {
            let answer = try link.withLock { link in try question(connection(&link)) }
            let isOver = state.withLock { state in
                let wasFailing = state.failing.isAny
                state.failing.reading = false
                if writing { state.failing.writing = false }
                return wasFailing && !state.failing.isAny
            }
            if isOver { terms.logger.notice("the database tells again who forwards") }
            return answer
        } catch {
            let isNews = state.withLock { state in
                let isNews = !state.failing.isAny
                if writing { state.failing.writing = true } else { state.failing.reading = true }
                return isNews
            }
            guard isNews else { return nil }
            let reason = QueueError(postgres: error)
            terms.logger.error("the database can't be asked who forwards", metadata: ["reason": "\(reason)"])
            return nil
        }
    }

    private func connection(_ link: inout PostgresConnection?) throws -> PostgresConnection {
        if let connection = link, !connection.isClosed { return connection }
        let connection = try PostgresConnection(terms.address.parameters(lane: "lease"))
        try connection.assertSuitable()
        try connection.assertCommitsEnd()
        try PostgresSchema.version(on: connection, for: terms.address, isMoving: terms.isMoving)
        link = connection
        return connection
    }
}
