/// Whether a machine may have given an answer, and whether Planhat may still hold that against it.
enum Doubt: Int, Sendable, Hashable {
    case none = 0
    /// The content is what was held, since it may not be a person's.
    case content = 1
    /// A person answered after what was held may have been sent: until that arrives, Planhat has the doubtful one.
    case past = 2
}
