/// When a content was made, as the survey tool states it. Like is compared with like: the time of an update with the
/// time of an update, the time of the answer with the time of the answer.
struct ContentVersion: Sendable, Hashable {
    /// When the tool changed the content last; nil where it doesn't say.
    var updatedAt: Milliseconds?
    /// When the person answered; nil where the tool doesn't say.
    var answeredAt: Milliseconds?
    /// Stored by an earlier version of this program: one of the two, and unknown which.
    var unknown: Milliseconds?

    enum Order {
        case older
        case same
        case newer
        /// The two have nothing in common to compare.
        case incomparable
    }

    /// How this compares with the version of a known content. Updates decide where both state one: an edit may correct
    /// the time of the answer backwards. One of unknown kind is taken for what this one states.
    func order(after known: ContentVersion) -> Order {
        if let updatedAt {
            guard let other = known.updatedAt ?? known.unknown else { return .incomparable }
            return Self.order(updatedAt, after: other)
        }
        guard let answeredAt, let other = known.answeredAt ?? known.unknown else {
            return .incomparable
        }
        return Self.order(answeredAt, after: other)
    }

    private static func order(_ time: Milliseconds, after known: Milliseconds) -> Order {
        time < known ? .older : time == known ? .same : .newer
    }

    /// The version after a content with this one has replaced or repeated the known one. What isn't stated stays as it
    /// was.
    func following(_ known: ContentVersion) -> ContentVersion {
        guard self != ContentVersion() else { return known }
        return ContentVersion(
            updatedAt: updatedAt ?? known.updatedAt,
            answeredAt: answeredAt ?? known.answeredAt
        )
    }
}
