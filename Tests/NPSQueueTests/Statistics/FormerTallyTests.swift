import Foundation
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

@Suite("What earlier versions stored is counted while it is known", .serialized)
struct FormerTallyTests {
    private static func countAll(_ queue: ResponseQueue) async throws {
        var position = try await queue.tallyFormer()
        while let next = position { position = try await queue.tallyFormer(after: next) }
    }

    /// Of open responses that aren't a bot's.
    private static func expected(_ queue: ResponseQueue) async throws -> [Tally: Int] {
        let responses = try await queue.read { transaction in try transaction.rows.load(.all(after: 0, limit: .max)) }
        return responses.reduce(into: [:]) { counts, response in
            guard response.lifecycle.botFlag != .current, let tally = response.content.flatMap(Tally.init) else {
                return
            }
            counts[tally, default: 0] += 1
        }
    }

    private static func found(_ queue: ResponseQueue) async throws -> [Tally: Int] {
        try await queue.tallies().reduce(into: [:]) { $0[$1.tally, default: 0] += $1.count }
    }

    @Test("open responses of a file of an earlier version are counted once", arguments: UpgradeTests.files)
    func file(name: String) async throws {
        let fixture = try QueueFixture()
        try fixture.copy(name)
        try await fixture.withQueue { queue in
            while try await queue.upgrade(limit: 9) != nil {}
            let expected = try await Self.expected(queue)
            #expect(expected.count > 0)
            for _ in 1...2 {
                try await Self.countAll(queue)
                #expect(try await Self.found(queue) == expected)
            }
            #expect(try await queue.tallyFormer() == nil)
        }
        try fixture.audit()
    }

    @Test("a file in which all is counted isn't looked through again")
    func finished() async throws {
        let fixture = try QueueFixture()
        try await fixture.withQueue { queue in
            _ = try await queue.accept(try (1...3).map { try submission($0) })
            try await Self.countAll(queue)
            try await forget(queue)
            try await Self.countAll(queue)
            #expect(try await queue.tallies().map(\.count) == [3])
            try await queue.finishTallying()
            try await forget(queue)
        }
        try await fixture.withQueue { queue in
            try await Self.countAll(queue)
            #expect(try await queue.tallies().isEmpty)
        }
    }

    @Test("a file whose rows aren't all brought on isn't taken for counted", arguments: UpgradeTests.files)
    func unfinished(name: String) async throws {
        let fixture = try QueueFixture()
        try fixture.copy(name)
        try await fixture.withQueue { queue in
            try await queue.finishTallying()
            while try await queue.upgrade(limit: 9) != nil {}
            try await Self.countAll(queue)
            let expected = try await Self.expected(queue)
            #expect(try await Self.found(queue) == expected)
        }
    }

    @Test("an answer of an earlier version is counted when it is changed or delivered, too", arguments: Engine.sealing)
    func atTheNextChange(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept(try (1...4).map { try submission($0) })
            try await forget(queue)
            #expect(try await queue.tallies().isEmpty)
            _ = try await queue.accept([try submission(1, score: 2)])
            _ = try await queue.erase([try submission(2).response.id])
            let claims = try await queue.claim(limit: 2)
            #expect(try await queue.tallies().map(\.count) == [1])
            try await queue.settle(claims.map { $0.verdict(.delivered(planhatID: nil)) })
            #expect(try await queue.tallies().map(\.tally.score.value) == [2, 9])
            try await Self.countAll(queue)
            #expect(try await queue.tallies().map(\.count) == [1, 2])
        }
        try fixture.audit()
    }

    @Test("it is done in slices, each for itself, whatever can't be read", arguments: Engine.sealing)
    func slices(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let held = fixture.clock.now.addingTimeInterval(60)
            _ = try await queue.accept(try (1...250).map { try submission($0) })
            _ = try await queue.accept(try (251...260).map { try submission($0, heldUntil: held) })
            try await forget(queue)
            let first = try #require(try await queue.tallyFormer())
            let counted = try await queue.tallies().reduce(0) { $0 + $1.count }
            #expect(counted > 0 && counted < 250)
            // As after a restart.
            try await Self.countAll(queue)
            #expect(try await queue.tallies().map(\.count) == [250])
            #expect(try await queue.tallyFormer(after: first) == nil)
        }
        try fixture.audit()
    }

    @Test(
        "what an earlier program edited meanwhile in the same tables counts as it is now",
        .enabled(if: TestCluster.shared != nil),
        arguments: [true, false]
    )
    func editedByFormer(isDelivered: Bool) async throws {
        let fixture = try QueueFixture(.postgres)
        try await fixture.withQueue { queue in
            _ = try await queue.accept(try (1...3).map { try submission($0) })
            // As a program that knows of no tallies leaves it.
            try fixture.connect().run(
                """
                UPDATE responses SET revision = 2, payload = replace(payload, '"score":9', '"score":2')
                WHERE payload LIKE '%person1@%'
                """
            )
            if isDelivered { try await deliverAll(queue) } else { try await queue.tallyAllFormer() }
            #expect(try await queue.tallies().map(\.tally.score.value) == [2, 9])
            #expect(try await queue.tallies().map(\.count) == [1, 2])
        }
        try fixture.audit()
    }

    @Test(
        "what an earlier program erased meanwhile in the same tables is taken out",
        .enabled(if: TestCluster.shared != nil)
    )
    func erasedByFormer() async throws {
        let fixture = try QueueFixture(.postgres)
        try await fixture.withQueue { queue in
            _ = try await queue.accept(try (1...3).map { try submission($0) })
            _ = try await queue.erase([try submission(1).response.id])
            // As a program that knows of no tallies leaves it.
            let connection = try fixture.connect()
            try connection.run("UPDATE responses SET tally = '2023-11-14 9' WHERE state = 5")
            try connection.run("UPDATE tallies SET count = count + 1 WHERE ctid = (SELECT ctid FROM tallies LIMIT 1)")
            #expect(try await queue.tallies().map(\.count) == [3])
            try await Self.countAll(queue)
            #expect(try await queue.tallies().map(\.count) == [2])
        }
        try fixture.audit()
    }

    @Test(
        "what is sealed with a key that is missing is passed over, and counted by who has it",
        .enabled(if: TestCluster.shared != nil)
    )
    func sealed() async throws {
        let fixture = try QueueFixture(.postgresWithKey)
        let queue = try fixture.open()
        _ = try await queue.accept(try (1...3).map { try submission($0) })
        try await forget(queue)
        try await queue.transact { transaction in
            var rows = try #require(transaction.rows as? PostgresRows)
            rows.keys = PayloadKeys.none
            rows.leavesUnopened = true
            let responses = try rows.load(untallied: rows.untallied(after: .start, limit: 9).sequences)
            #expect(
                responses.count == 3 && responses.allSatisfy { QueueTransaction.tally(of: $0, mayBeStale: true) == nil }
            )
        }
        try await Self.countAll(queue)
        #expect(try await queue.tallies().map(\.count) == [3])
        await queue.close()
        try fixture.audit()
    }

    /// What is open is as an earlier version left it, and nothing was counted.
    private func forget(_ queue: ResponseQueue) async throws {
        try await queue.transact { transaction in
            if let rows = transaction.rows as? SQLiteRows {
                try rows.statements.execute(Query("UPDATE queue SET tally = NULL"))
                try rows.statements.execute(Query("DELETE FROM tallies"))
            } else if let rows = transaction.rows as? PostgresRows {
                try rows.connection.run("UPDATE responses SET tally = NULL")
                try rows.connection.run("DELETE FROM tallies")
            }
        }
    }
}
