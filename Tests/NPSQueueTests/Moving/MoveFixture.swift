import Foundation
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

/// From which kind of database to which.
struct Direction: Sendable, CustomTestStringConvertible {
    let from: Engine
    let to: Engine

    static let all = Engine.allCases.flatMap { from in Engine.allCases.map { Direction(from: from, to: $0) } } + sealed
    /// There and back.
    private static let sealed = Engine.sealing.filter { !$0.showsWords }
        .flatMap { [Direction(from: .sqlite, to: $0), Direction(from: $0, to: .sqlite)] }

    var testDescription: String { "from \(from.testDescription) to \(to.testDescription)" }
}

/// Two databases, and one clock.
struct MoveFixture {
    let source: QueueFixture
    let target: QueueFixture

    init(_ direction: Direction) throws {
        let clock = TestClock()
        source = try Self.side(direction.from, clock)
        target = try Self.side(direction.to, clock)
    }

    /// In a database in which no other test's collectors are.
    static func side(_ engine: Engine, _ clock: TestClock) throws -> QueueFixture {
        guard engine != .sqlite else { return try QueueFixture(engine, clock: clock) }
        return try QueueFixture(engine, clock: clock, database: #require(TestCluster.shared).newDatabase())
    }

    init(_ source: QueueFixture, to target: QueueFixture) {
        self.source = source
        self.target = target
    }

    var clock: TestClock { source.clock }

    /// In small pages, so that there are many.
    func move() throws -> QueueMove {
        var move = QueueMove(
            from: try source.configuration(),
            to: try target.configuration(),
            now: { [clock] in clock.now },
            logger: .silent
        )
        move.page = QueueMove.Page(rows: 7, entries: 2)
        return move
    }

    /// Runs a move that ends after its first transaction, as if it were killed there. True when it came to its end.
    func moveOneTransaction() async throws -> Bool {
        var move = try move()
        move.didCommit = { () throws(QueueError) in throw .closed }
        do {
            _ = try await move.run()
            return true
        } catch QueueError.closed {
            return false
        }
    }

    /// What a queue has that people answer: all states, edits, histories, an erased payload, labels, and more.
    func fill(seed: UInt64, operations: Int = 80) async throws -> RandomRun {
        var run = RandomRun(fixture: source, generator: SeededGenerator(seed: seed))
        try await source.withQueue { queue in
            for _ in 0..<operations { try await run.step(queue) }
            try await fillCorners(queue)
        }
        run.forgetClaims()
        return run
    }

    private func fillCorners(_ queue: ResponseQueue) async throws {
        var noted = try submission(101, email: "noted@example.com").response
        noted.notes = [FieldProblem(field: "comment", message: "was cut")]
        let held = try submission(102, comment: "Ünï\u{0}code", heldUntil: clock.now.addingTimeInterval(900))
        _ = try await queue.accept([Submission(noted), held])
        _ = try await queue.accept([], quarantining: [draft("x"), draft("y", deliveryID: "d1"), draft("x")])
        _ = try await queue.accept([], quarantining: [draft(#"{"email":"gone@example.com"}"#, source: "other")])
        _ = try await queue.eraseQuarantined(EmailAddress("gone@example.com"), within: .seconds(60))
        try await queue.relabel(source: "secret-name", as: "unsigned-12345678")
        _ = try await queue.expireParked(after: 86_400)
        _ = try await queue.observeClock(after: .zero)
        try await send(106, on: queue, .delivered(planhatID: "p106"))
        _ = try await queue.removeReceipts(before: clock.now)
        try await send(107, on: queue, .delivered(planhatID: "p107"))
        try await send(108, on: queue, .park(reason: "unknown contact"))
        // What is being sent when the collector stops, one of it erased meanwhile.
        _ = try await queue.accept(try (103...105).map { try submission($0) })
        clock.advance(by: 1)
        _ = try await queue.claim(limit: 1_000)
        _ = try await queue.erase([submission(104).response.id])
    }

    private func send(_ number: Int, on queue: ResponseQueue, _ outcome: Outcome) async throws {
        let submission = try submission(number)
        _ = try await queue.accept([submission])
        let claims = try await queue.claim(limit: 1_000)
        let claim = try #require(claims.first { $0.response.id == submission.response.id })
        try await queue.settle([claim.verdict(outcome)])
        try await queue.release(claims.map(\.response.id))
        clock.advance(by: 1)
    }
}

/// All that a queue holds.
struct QueueHoldings: Equatable {
    struct Entry: Equatable {
        let id: Int64
        let source: String
        let deliveryID: String?
        let contentType: String?
        let receivedAt: Milliseconds
        let lastSeenAt: Milliseconds
        let timesSeen: Int
        let problems: String
        let body: [UInt8]
        let tombstone: String
    }

    var responses: [StoredResponse]
    let entries: [Entry]
    let tombstones: [PayloadTombstone]
    let labels: [String]
    let parkedRetention: ParkedRetention
    let time: ConfirmedTime
    let accepted: Int
    let removed: [Int]
    let quarantinedBytes: Int
    let unconfirmed: Int

    /// Opens it as a move does, whatever its mark says.
    init(of fixture: QueueFixture) async throws {
        let queue = try fixture.open { configuration in
            configuration.isMoving = true
            configuration.forwarding = .never
        }
        self = try await queue.read { transaction in
            let rest = try transaction.rest()
            return QueueHoldings(
                responses: try transaction.rows.load(.all(after: 0, limit: .max)),
                entries: try transaction.entries(after: 0, limit: 1_000, byteLimit: .max).map(Entry.init),
                tombstones: rest.tombstones,
                labels: rest.labels,
                parkedRetention: rest.parkedRetention,
                time: rest.time,
                accepted: rest.books.accepted,
                removed: [rest.books.removedDelivered, rest.books.removedErased],
                quarantinedBytes: rest.books.quarantinedBytes,
                unconfirmed: rest.books.unconfirmed
            )
        }
        await queue.close()
    }

    private init(
        responses: [StoredResponse],
        entries: [Entry],
        tombstones: [PayloadTombstone],
        labels: [String],
        parkedRetention: ParkedRetention,
        time: ConfirmedTime,
        accepted: Int,
        removed: [Int],
        quarantinedBytes: Int,
        unconfirmed: Int
    ) {
        self.responses = responses
        self.entries = entries
        self.tombstones = tombstones
        self.labels = labels
        self.parkedRetention = parkedRetention
        self.time = time
        self.accepted = accepted
        self.removed = removed
        self.quarantinedBytes = quarantinedBytes
        self.unconfirmed = unconfirmed
    }
}

extension QueueHoldings.Entry {
    fileprivate init(_ entry: MovedEntry) {
        id = entry.stored.id
        source = entry.stored.source
        deliveryID = entry.stored.deliveryID
        contentType = entry.stored.contentType
        receivedAt = entry.stored.receivedAt
        lastSeenAt = entry.stored.lastSeenAt
        timesSeen = entry.stored.timesSeen
        problems = entry.stored.problems
        body = entry.payload.draft.body
        tombstone = entry.payload.tombstone
    }
}
