import NIOCore
import NIOHTTP2

/// Decides how long an HTTP/2 connection stays, apart from its streams' own deadlines. A value: the ``HTTP2Guard`` tells it
/// what happened and performs the action that it returns.
///
/// A connection that is to end says so twice, so that no request is lost (RFC 9113 §6.8): first that it will end, with a
/// ping; and when that has come back, so that the client has sent all it was about to send, which request is the last.
struct HTTP2Lifetime {
    enum Action: Equatable {
        case stay
        /// Say that the connection will end, and ask for a sign that the client has read it.
        case announce
        /// Say which stream is the last. Later ones are left to the client to send again.
        case conclude
        /// Close, and say why.
        case close(NIOHTTP2.HTTP2ErrorCode)
        /// Ask whether the client has taken the last answers.
        case confirm
    }

    private enum Phase: Equatable {
        case open
        /// Until when the client's sign is waited for.
        case announced(NIODeadline)
        /// When the connection ends at the latest.
        case concluded(NIODeadline)
    }

    private let limits: ConnectionLimits
    private var phase = Phase.open
    private var streams = 0
    /// Whether a request has come.
    private var hasBegun = false
    /// Until when the client has to acknowledge our settings; nil when it has.
    private var settingsBy: NIODeadline?
    /// Until when the connection may idle.
    private var idleUntil: NIODeadline
    /// When to look whether the client took the last answers; nil when nobody needs to.
    private var confirmAt: NIODeadline?

    /// - Parameter opened: when the connection opened, before its TLS handshake.
    init(limits: ConnectionLimits, opened: NIODeadline) {
        self.limits = limits
        idleUntil = opened + limits.firstHead
        settingsBy = idleUntil
    }

    /// Whether no stream is open.
    var isIdle: Bool { streams == 0 }

    /// Whether the connection will end.
    var isLeaving: Bool { phase != .open }

    /// When something has to be done by itself; the distant future while only streams are waited for.
    var deadline: NIODeadline {
        var deadline = settingsBy ?? .distantFuture
        if isIdle { deadline = min(deadline, idleUntil, confirmAt ?? .distantFuture) }
        switch phase {
        case .open: return deadline
        case .announced(let until), .concluded(let until): return min(deadline, until)
        }
    }

    private var isConcluded: Bool { if case .concluded = phase { true } else { false } }

    mutating func settingsAcknowledged() {
        settingsBy = nil
    }

    mutating func streamOpened() {
        streams += 1
        hasBegun = true
        confirmAt = nil
    }

    /// A stream has ended, and what was written for it is on its way.
    mutating func streamEnded(at now: NIODeadline) -> Action {
        streams = max(0, streams - 1)
        guard isIdle else { return .stay }
        idleUntil = now + limits.keepAlive
        confirmAt = now + limits.reading
        return isConcluded ? .close(.noError) : .stay
    }

    /// The client has taken the last answers.
    mutating func confirm() {
        confirmAt = nil
    }

    /// The connection is to end as soon as no request is lost by it.
    mutating func leave(at now: NIODeadline) -> Action {
        guard phase == .open else { return .stay }
        phase = .announced(now + limits.drain)
        return .announce
    }

    /// The ping has come back.
    mutating func signReturned(at now: NIODeadline) -> Action {
        guard case .announced = phase else { return .stay }
        return conclude(at: now)
    }

    private mutating func conclude(at now: NIODeadline) -> Action {
        phase = .concluded(now + limits.wholeRequest + limits.answer + limits.reading)
        return .conclude
    }

    /// No further request can come.
    mutating func inputClosed(at now: NIODeadline) -> Action {
        isConcluded ? .stay : conclude(at: now)
    }

    /// After the action ``HTTP2Lifetime/Action/conclude`` and when the deadline has passed.
    mutating func next(at now: NIODeadline) -> Action {
        switch phase {
        case .concluded(let end) where isIdle || end <= now: return .close(.noError)
        case .announced(let signBy) where signBy <= now: return conclude(at: now)
        default: break
        }
        if let settingsBy, settingsBy <= now { return .close(.settingsTimeout) }
        guard isIdle else { return .stay }
        if let confirmAt, confirmAt <= now { return .confirm }
        return idleUntil <= now ? .close(.noError) : .stay
    }

    /// What took too long where the deadline closes the connection; nil where it idled between requests, or was to end.
    var missed: EdgeRefusal? { hasBegun || isLeaving ? nil : .slowHead }
}
