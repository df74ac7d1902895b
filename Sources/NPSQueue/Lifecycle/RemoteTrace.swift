/// What an erased response may have left at Planhat.
enum RemoteTrace: Sendable, Hashable {
    /// A request was under way when it was erased; its verdict tells the rest.
    case sending
    /// Perhaps a record, which can be deleted from this time on: before, a late request could still bring it back.
    case record(from: Milliseconds)
}

extension RemoteTrace {
    /// From when it can be deleted; nil while that isn't known.
    var date: Milliseconds? {
        switch self {
        case .sending: nil
        case .record(let date): date
        }
    }
}
