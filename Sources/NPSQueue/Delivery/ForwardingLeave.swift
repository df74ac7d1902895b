/// Whether what was claimed may be sent now. Where several collectors share the queue, another one may have taken over.
package enum ForwardingLeave: Sendable {
    /// The permit has to be asked again right before the request goes; nil where nobody else has the queue.
    case given(ForwardingPermit?)
    /// Nobody has taken over, but somebody may do so any time: the database hasn't confirmed this collector for a while.
    case suspended
    /// The claims are another collector's affair now.
    case lost
}

/// Leave to send one request, which may end at any time.
package struct ForwardingPermit: Sendable {
    private let lease: LeaseKeeper
    private let term: Int64

    fileprivate init(_ lease: LeaseKeeper, _ term: Int64) {
        self.lease = lease
        self.term = term
    }

    /// Whether the request may go. To be asked in the last moment before its bytes are handed to the kernel, and followed by
    /// ``didBegin()`` at once if so: a process that is stopped in between for so long that another one may forward doesn't
    /// live to send it.
    package func mayBegin() -> Bool { lease.maySend(term) }

    package func didBegin() { lease.didSend() }

    /// The request is over, however it ended.
    package func didEnd() { lease.didEnd() }
}

extension ResponseQueue {
    /// To be asked for what is to go in one request.
    package func leave(toSend claims: [Claim]) -> ForwardingLeave {
        guard let lease else { return .given(nil) }
        guard let term = claims.first?.term, claims.allSatisfy({ $0.term == term }) else { return .lost }
        return switch lease.leave(for: term) {
        case .given: .given(ForwardingPermit(lease, term))
        case .suspended: .suspended
        case .lost: .lost
        }
    }
}
