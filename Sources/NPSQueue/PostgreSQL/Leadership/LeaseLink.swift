import Logging
import Synchronization

/// The connection on which the lease is kept; it has no other work. Connects again after it was lost, and tells the log once
/// when the database can't be asked, and once when that is over.
final class LeaseLink: Sendable {
    /// What the database couldn't be asked last. Where a standby is away, it tells who forwards, and takes no beat.
    struct Failing: Sendable, Hashable {
        private var reading = false
        private var writing = false

        var isAny: Bool { reading || writing }

        /// A question failed. Returns whether that is the first of them.
        mutating func fail(writing isWrite: Bool) -> Bool {
            let isNews = !isAny
            if isWrite { writing = true } else { reading = true }
            return isNews
        }

        /// A question was answered. When a write succeeds, reading works as well. Returns whether all works again.
        mutating func succeed(writing isWrite: Bool) -> Bool {
            let wasAny = isAny
            reading = false
            if isWrite { writing = false }
            return wasAny && !isAny
        }
    }

    /// How a question ended that only a connection which is there already was asked.
    enum AtOnce<Answer: Sendable>: Sendable {
        case notAsked
        case answered(Answer)
        /// Nobody knows whether it took effect.
        case failed
    }

    private let address: PostgresAddress
    private let isMoving: Bool
    private let logger: Logger
    /// Held while a statement runs.
    private let connection = Mutex<PostgresConnection?>(nil)
    private let failing = Mutex(Failing())

    /// - Parameter isMoving: `ResponseQueue.Configuration.isMoving`
    init(_ address: PostgresAddress, isMoving: Bool, logger: Logger) {
        self.address = address
        self.isMoving = isMoving
        self.logger = logger
    }

    /// Whether the last questions came to nothing.
    var isFailing: Bool { failing.withLock(\.isAny) }

    /// Asks, and connects before if that is needed.
    func run<Answer: Sendable>(_ question: @Sendable (PostgresConnection) throws -> Answer) throws -> Answer {
        try connection.withLock { connection in try question(open(&connection)) }
    }

    /// Nil when the database couldn't be asked, which is noted.
    ///
    /// - Parameter writing: whether the question is committed.
    func ask<Answer: Sendable>(
        writing: Bool = true,
        _ question: @Sendable (PostgresConnection) throws -> Answer
    ) -> Answer? {
        do {
            let answer = try run(question)
            if failing.withLock({ $0.succeed(writing: writing) }) {
                logger.notice("the database tells again who forwards")
            }
            return answer
        } catch {
            guard failing.withLock({ $0.fail(writing: writing) }) else { return nil }
            let reason = QueueError(postgres: error)
            logger.error("the database can't be asked who forwards", metadata: ["reason": "\(reason)"])
            return nil
        }
    }

    /// Asks only over a connection that is there already, and notes no failure.
    func askAtOnce<Answer: Sendable>(_ question: @Sendable (PostgresConnection) throws -> Answer) -> AtOnce<Answer> {
        connection.withLock { connection in
            guard let connection, !connection.isClosed else { return .notAsked }
            do { return .answered(try question(connection)) } catch { return .failed }
        }
    }

    /// The next question opens another one.
    func close() {
        connection.withLock { connection in
            connection?.close()
            connection = nil
        }
    }

    private func open(_ connection: inout PostgresConnection?) throws -> PostgresConnection {
        if let connection, !connection.isClosed { return connection }
        let new = try PostgresConnection.open(address, lane: "lease", isMoving: isMoving)
        connection = new
        return new
    }
}
