import Synchronization

/// The sums of the books as one of a collector's connections saw them last. Acceptance compares with them, because to sum
/// up at each would cost a round trip.
final class LatestBooks: Sendable {
    private static let age = Duration.seconds(1)

    private let latest = Mutex<(books: Books, at: ContinuousClock.Instant)?>(nil)

    /// Nil when nobody has looked within a second.
    var books: Books? {
        latest.withLock { latest in
            latest.flatMap { .now - $0.at < Self.age ? $0.books : nil }
        }
    }

    /// So many were accepted since.
    func count(accepted: Int) {
        latest.withLock { latest in
            latest?.books.accepted += accepted
            latest?.books.pending += accepted
        }
    }

    func saw(_ books: Books) {
        latest.withLock { $0 = (books, .now) }
    }
}
