import Foundation

/// What follows when a batch of jobs failed; a value.
///
/// A database that is restarted or replaced is away for a few seconds. Callers wait for so long, then they are refused; also
/// where each try finds the same lock held, each for seconds.
struct PostgresRetry {
    enum Action: Hashable {
        /// The same batch again, after so many milliseconds.
        case again(after: Int)
        /// Each job alone: one of them made the others fail.
        case each
        case refuse(QueueError)
    }

    /// How often a batch is repeated that other transactions were in the way of. The first time at once.
    private static let pauses = [0, 20, 100]
    /// In milliseconds.
    private static let longestPause = 1_000

    private let patience: Duration
    private var pause = 50
    private var repetitions = 0
    private var failures = 0

    init(patience: Duration) {
        self.patience = patience
    }

    /// Whether the next try may last for seconds, because the server or somebody else there is the reason.
    static func mayTakeLong(after failure: any Error) -> Bool {
        guard let error = failure as? PostgresError else { return false }
        return error.meaning == .lost || error.meaning == .again
    }

    /// - Parameters:
    ///   - jobs: how many the batch has, all of which may run again.
    ///   - elapsed: since the last of them was submitted.
    mutating func action(after failure: any Error, jobs: Int, elapsed: Duration) -> Action {
        guard let error = failure as? PostgresError else {
            return jobs > 1 && failure is QueueError ? .each : .refuse(QueueError(postgres: failure))
        }
        switch error.meaning {
        case .lost where error.mayBeOfOneStatement && failures > 0:
            if jobs > 1 { return .each }
        case .lost:
            failures += 1
            guard elapsed < patience else { break }
            defer { pause = min(2 * pause, Self.longestPause) }
            return .again(after: pause)
        case .again:
            guard elapsed < patience else { break }
            if repetitions < Self.pauses.count {
                defer { repetitions += 1 }
                return .again(after: Self.pauses[repetitions])
            }
            // What is in the way of one needn't be in the way of the others.
            if jobs > 1 { return .each }
        // A right that is missing may be needed by one of them alone.
        case .statement, .refused:
            if jobs > 1 { return .each }
        case .diskFull: break
        }
        return .refuse(QueueError(postgres: error))
    }
}
