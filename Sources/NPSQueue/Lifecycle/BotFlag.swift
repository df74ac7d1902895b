/// Whether a bot may have given an answer, and whether Planhat may still show that flag.
enum BotFlag: Int, Sendable, Hashable {
    case none = 0
    /// The present content may be a bot's: it was held for a while, so that the person could answer first.
    case current = 1
    /// A person answered after flagged content may have been sent: until the new answer arrives, Planhat has the flag.
    case earlier = 2
}
