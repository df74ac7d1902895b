import NPSModel

/// What a survey decides about its pages, beside their look and their sentences.
struct PageOptions: Sendable, Hashable {
    /// Whether the question beside the score is another one for each group of scores.
    var asksByScore = true
    /// Where the thanks lead on to, by the group of the score that was given.
    var offers: [ScoreGroup: String] = [:]
}
