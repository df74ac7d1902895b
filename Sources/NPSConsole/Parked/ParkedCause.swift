/// For what kind of reason a response is parked, which decides what a person can do about it.
package enum ParkedCause: String, Sendable, Hashable, CaseIterable {
    /// Planhat refuses what is in it.
    case refused
    /// Planhat takes it and counts no record.
    case ignored
    /// The account may not do this with it, while others get through.
    case permission
    /// Nobody ever knew whether it arrived, while others did.
    case unclear
    /// Requests with it fail, while others get through.
    case failing
}
