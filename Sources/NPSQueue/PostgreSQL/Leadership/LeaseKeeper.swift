import Dispatch
import Foundation
import Logging
import Synchronization

/// Does what this collector's ``Candidacy`` says: looks, takes, beats and gives back, on a thread and a connection of its own,
/// so that no other work makes a beat late.
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
        var candidacy: Candidacy
        /// Nil before ``LeaseKeeper/begin(standing:_:)``.
        var lead: Lead?
        /// Whether this collector is about to stop: then it takes and beats no more.
        var isStopping = false
        var isClosed = false
    }

    private let terms: Terms
    private let dispatch = DispatchQueue(label: "nps-queue.lease", qos: .userInteractive)
    private let state: Mutex<State>
    private let link: LeaseLink
    private let killTimer = KillTimer()

    init(_ terms: Terms) {
        self.terms = terms
        state = Mutex(State(candidacy: Candidacy(name: terms.address.name, grace: terms.grace)))
        link = LeaseLink(terms.address, isMoving: terms.isMoving, logger: terms.logger)
    }

    /// Whether this collector forwards, as far as it knows.
    var isForwarding: Bool { state.withLock { $0.candidacy.isForwarding(at: BootTime.now) } }

    /// Connects, which tells at once what is wrong.
    func open() throws { try link.run { _ in } }

    /// How often, since the start, it took over from a server that may have lost what it had acknowledged.
    var replacements: Int { state.withLock(\.candidacy.replacements) }

    /// Begins to say that this collector is there, and, if it stands, to take the lease when nobody has it. Does no harm when
    /// it has begun before.
    func begin(standing: Bool, _ lead: @escaping Lead) {
        let isFirst = state.withLock { state in
            defer { state.lead = lead }
            state.candidacy.begin(standing: standing)
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
            let found = try link.run { connection in try connection.lookAtLease() }
            take(state.withLock { $0.candidacy.disregards(found, at: BootTime.now) })
            if let term = state.withLock({ $0.candidacy.leadsAtOnce() }) { return term }
        }
    }

    /// What the last leader left is dealt with.
    func recovered(_ term: Int64, _ success: Bool = true) {
        state.withLock { $0.candidacy.recovered(term, success) }
    }

    /// Another transaction has found that this term is over.
    func lost(_ term: Int64) {
        state.withLock { $0.candidacy.lost(term, at: BootTime.now) }
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
            if state.withLock(\.candidacy.hasSigned), !link.isFailing {
                _ = link.askAtOnce { connection in try connection.leave(terms.address.name) }
            }
            link.close()
        }
        state.withLock { $0.lead = nil }
    }
}

/// Leave to send.
extension LeaseKeeper {
    func leave(for term: Int64?) -> Candidacy.Leave {
        state.withLock { $0.candidacy.leave(for: term, at: BootTime.now) }
    }

    /// Whether a request may begin, in the last moment before it does. If so, ``didSend()`` has to follow at once: a process
    /// that is stopped in between, until another one leads, is killed before it goes on.
    func maySend(_ term: Int64) -> Bool {
        state.withLock { state in
            guard let limit = state.candidacy.beginSending(under: term, at: BootTime.now) else { return false }
            killTimer.arm(at: limit)
            return true
        }
    }

    func didSend() { killTimer.disarm() }

    /// The request is over.
    func didEnd() { state.withLock { $0.candidacy.endSending() } }
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
        switch state.withLock({ $0.candidacy.next(at: now) }) {
        case .wait(let time): return max(.zero, min(time - now, Candidacy.signPause))
        case .look: look()
        case .take(let sight): take(sight)
        case .beat: beat()
        }
        recover()
        return .zero
    }

    private func look() {
        let found = link.ask(writing: false) { connection in try connection.lookAtLease() }
        guard let news = state.withLock({ $0.candidacy.saw(found, at: BootTime.now) }) else { return }
        terms.logger.notice("another collector forwards now", metadata: ["name": "\(news)"])
    }

    private func take(_ sight: Lease.Sight) {
        let term = Int64.random(in: 1 ... .max)
        let sentAt = BootTime.now
        state.withLock { $0.candidacy.asks(with: term) }
        let taken = link.ask { connection in try connection.takeLease(sight, as: term, by: terms.address.name) } ?? nil
        state.withLock { $0.candidacy.took(taken, sentAt: sentAt) }
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
        guard let term = state.withLock({ $0.candidacy.term }) else { return }
        let sentAt = BootTime.now
        let isCounted = link.ask { connection in try connection.beatLease(term) }
        let beat: Lease.Beat = isCounted.map { $0 ? .counted : .refused } ?? .failed
        state.withLock { $0.candidacy.beaten(beat, sentAt: sentAt) }
    }

    /// Has the lane for work deal with what the last leader left, once that is to be done.
    private func recover() {
        let due: (Candidacy.Recovery, Lead)? = state.withLock { state in
            guard let lead = state.lead, let recovery = state.candidacy.beginRecovery(at: BootTime.now) else {
                return nil
            }
            return (recovery, lead)
        }
        guard let (recovery, lead) = due else { return }
        let term = recovery.term
        if recovery.owesNote {
            guard link.ask({ connection in try connection.noteWait(term) }) != nil else {
                return recovered(term, false)
            }
            state.withLock { $0.candidacy.noted() }
        }
        lead(term) { [weak self] success in self?.recovered(term, success) }
    }

    private func sayHere() {
        let now = BootTime.now
        guard let sign = state.withLock({ $0.candidacy.sign(at: now) }) else { return }
        let isDone =
            link.ask { connection in
                try connection.sign(
                    terms.address.name,
                    version: terms.version,
                    stands: sign.stands,
                    isFirst: sign.isFirst
                )
            } != nil
        state.withLock { $0.candidacy.signed(isDone, at: now) }
    }

    /// Whether it was given back. Where nobody knows, this collector does as if it was.
    ///
    /// - Parameter time: as for ``resign(abstaining:)``. Before a stop nothing is waited for that isn't there already, nor a
    ///   database that didn't answer: others take the lease by themselves after a while.
    private func giveBack(abstaining time: Duration?) -> Bool {
        guard let term = state.withLock({ $0.candidacy.beginGivingBack() }) else { return false }
        let isStop = time == nil
        let answer: LeaseLink.AtOnce<Bool> =
            if isStop, link.isFailing {
                .notAsked
            } else {
                link.askAtOnce { connection in
                    try connection.resignLease(term, of: terms.address.name, onlyToAnother: !isStop)
                }
            }
        let isGiven: Bool? =
            switch answer {
            case .notAsked: isStop ? nil : false
            case .answered(let isGiven): isGiven
            case .failed: nil
            }
        state.withLock { state in
            state.candidacy.gaveBack(isStop || isGiven != false, abstaining: time ?? .zero, at: BootTime.now)
        }
        if isGiven == true { terms.logger.notice("this collector gave the forwarding back") }
        return isGiven != false
    }
}
