import NPSConsole
import NPSModel
import Synchronization

/// The erasures that pages ask about, each under the ticket of its question: a form that is sent twice gets its one receipt
/// twice, since a second one would say that there was nothing to erase. Whose they are is kept as a hash with a new salt at
/// every start.
final class ErasureTickets: Sendable {
    enum Progress {
        case done(ErasureNote)
        /// - Parameter isRemote: whether Planhat is to forget the person, too.
        case goingOn(isRemote: Bool)
        /// There is no such question, or it is too old to be answered.
        case unknown
    }

    /// What was done, and what kept the rest from being done; nil for nothing.
    typealias Outcome = (note: ErasureNote?, error: (any Error)?)
    /// - Parameters:
    ///   - isRemote: whether Planhat is to forget the person, too.
    ///   - before: what was done under the same ticket before.
    typealias Work = @Sendable (_ isRemote: Bool, _ before: ErasureNote?) async -> Outcome

    private struct Question {
        let person: Int
        /// Of the last time that it was begun.
        var task: Task<Outcome, Never>?
        var isRemote = false
        /// How many tasks aren't over.
        var running = 0
        /// What was done before an error.
        var partial: ErasureNote?
        /// Of what came to its end.
        var receipt: ErasureNote?
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

    /// Of an erasure that is over; nil for none.
    func receipt(_ ticket: String) -> ErasureNote? {
        questions.withLock { $0.value(of: ticket, at: now())?.receipt }
    }

    /// Answers with the one erasure of the ticket. Who orders the deletion at Planhat only after it was begun without gets that,
    /// too, on the same receipt.
    ///
    /// - Parameter erase: goes on when nobody waits for it any more. After an error the next call begins anew, and adds to what
    ///   was done.
    func progress(
        of ticket: String,
        _ address: EmailAddress,
        isRemote: Bool,
        within patience: Duration,
        _ erase: @escaping Work
    ) async throws -> Progress {
        guard let (task, isRemote) = begin(ticket, address, isRemote: isRemote, erase) else { return .unknown }
        guard let outcome = await answer(within: patience, { await task.value }) else {
            return .goingOn(isRemote: isRemote)
        }
        guard let error = outcome.error else { return outcome.note.map(Progress.done) ?? .unknown }
        forget(task, of: ticket, outcome)
        throw error
    }

    /// The task that answers, and whether Planhat is to forget the person by it; nil for an unknown ticket.
    private func begin(
        _ ticket: String,
        _ address: EmailAddress,
        isRemote: Bool,
        _ erase: @escaping Work
    ) -> (Task<Outcome, Never>, isRemote: Bool)? {
        let instant = now()
        return questions.withLock { questions in
            guard var question = questions.value(of: ticket, at: instant),
                question.person == address.address.hashValue
            else { return nil }
            if question.task == nil || isRemote && !question.isRemote {
                let (former, partial) = (question.task, question.partial)
                question.task = Task {
                    let before = await former?.value.note ?? partial
                    let outcome = await erase(isRemote, before)
                    end(ticket, outcome)
                    return outcome
                }
                question.isRemote = isRemote
                question.running += 1
                question.receipt = nil
            }
            questions.set(question, for: ticket, at: instant, isHeld: question.running > 0)
            return question.task.map { ($0, question.isRemote) }
        }
    }

    /// From now on the ticket is as old as any.
    private func end(_ ticket: String, _ outcome: Outcome) {
        let instant = now()
        questions.withLock { questions in
            guard var question = questions.value(of: ticket, at: instant) else { return }
            question.running -= 1
            if outcome.error == nil, question.running == 0 { question.receipt = outcome.note }
            questions.set(question, for: ticket, at: instant, isHeld: question.running > 0)
        }
    }

    /// Somebody was told of the error.
    private func forget(_ task: Task<Outcome, Never>, of ticket: String, _ outcome: Outcome) {
        let instant = now()
        questions.withLock { questions in
            guard var question = questions.value(of: ticket, at: instant), question.task == task else { return }
            question.task = nil
            question.partial = outcome.note
            questions.set(question, for: ticket, at: instant, isHeld: question.running > 0)
        }
    }
}
