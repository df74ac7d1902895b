import NPSConsole
import NPSModel
import Synchronization

/// The erasures that pages ask about, each under the ticket of its question: a form that is sent twice gets its one receipt
/// twice, since a second one would say that there was nothing to erase. Whose they are is kept as a hash with a new salt at
/// every start.
final class ErasureTickets: Sendable {
    enum Progress {
        case done(ErasureNote)
        case goingOn
        /// There is no such question, or it is too old to be answered.
        case unknown
    }

    /// What was done, and what kept the rest from being done; nil for nothing.
    typealias Work = @Sendable (_ before: ErasureNote?) async -> (note: ErasureNote?, error: (any Error)?)

    private struct Question {
        let person: Int
        /// By whether Planhat is to forget the person, too.
        var tasks: [Bool: Task<(note: ErasureNote?, error: (any Error)?), Never>] = [:]
        /// What was done before an error.
        var partial: ErasureNote?
    }

    private let questions = Mutex(Tickets<Question>())
    private let now: @Sendable () -> ContinuousClock.Instant

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
    }

    /// The ticket of a new question.
    func ask(about address: EmailAddress) -> String {
        questions.withLock { $0.give(Question(person: address.address.hashValue), at: now()) }
    }

    /// - Parameter erase: goes on when nobody waits for it any more. After an error the next call begins anew, and adds to what
    ///   was done.
    func progress(
        of ticket: String,
        _ address: EmailAddress,
        isRemote: Bool,
        within patience: Duration,
        _ erase: @escaping Work
    ) async throws -> Progress {
        let instant = now()
        let task: Task<(note: ErasureNote?, error: (any Error)?), Never>? = questions.withLock { questions in
            guard var question = questions.value(of: ticket, at: instant),
                question.person == address.address.hashValue
            else { return nil }
            let before = question.partial
            let task = question.tasks[isRemote] ?? Task { await erase(before) }
            question.tasks[isRemote] = task
            questions.set(question, for: ticket, at: instant)
            return task
        }
        guard let task else { return .unknown }
        guard let result = await answer(within: patience, { await task.value }) else { return .goingOn }
        guard let error = result.error else { return result.note.map(Progress.done) ?? .unknown }
        questions.withLock { questions in
            guard var question = questions.value(of: ticket, at: instant), question.tasks[isRemote] == task else {
                return
            }
            question.tasks[isRemote] = nil
            question.partial = result.note
            questions.set(question, for: ticket, at: instant)
        }
        throw error
    }
}
