import GRDB
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

@Suite("Shares of the quarantine")
struct QuarantineSharesTests {
    private static let limit = 1_000_000

    /// Adds entries of this size until there is room for no more.
    private func fill(_ shares: inout QuarantineShares, _ source: String, by size: Int) {
        while shares.admits(size, from: source, limit: Self.limit) { shares.add(size, to: source) }
    }

    @Test("however many sources have filled their parts, one after the other, the next one has room")
    func sequence() {
        var shares = QuarantineShares()
        for rank in 1...40 {
            fill(&shares, "s\(rank)", by: 100)
            let held = shares.holdings["s\(rank)"]?.bytes ?? 0
            let share = Self.limit / (rank * (rank + 1))
            #expect(held <= share && held > share - 100, "\(rank)")
            // n of them leave 1/(n+1).
            #expect(Self.limit - shares.bytes >= Self.limit / (rank + 1))
        }
    }

    @Test("what was added and removed is told in full, also of sources and entries that it didn't know of")
    func changes() {
        var shares = QuarantineShares(holdings: ["s": QuarantineShares.Holding(entries: 1, bytes: 10)])
        shares.remove(10, from: "s")
        shares.remove(20, from: "s")
        shares.remove(5, from: "t")
        shares.add(7, to: "t")
        #expect(
            shares.changes == [
                "s": QuarantineShares.Holding(entries: -2, bytes: -30),
                "t": QuarantineShares.Holding(entries: 0, bytes: 2),
            ]
        )
        shares.beginChanges()
        #expect(shares.changes.isEmpty)
    }

    @Test("the use tells how much each source may have, which is as much as it gets")
    func parts() throws {
        var shares = QuarantineShares()
        fill(&shares, "a", by: 100)
        for _ in 0..<10 { shares.add(10_000, to: "b") }
        shares.add(10_000, to: "c")
        #expect(
            QuarantineUse(shares, limit: Self.limit).sentences == [
                "a has 5000 in quarantine: 488 KiB of the 488 KiB that it may have, which leaves no room for one more. "
                    + "Replay or discard some.",
                "b has 10 in quarantine: 98 KiB of the 163 KiB that it may have.",
                "c has 1 in quarantine: 10000 bytes of the 81 KiB that it may have.",
            ]
        )
        var equal = QuarantineShares()
        equal.add(100, to: "a")
        equal.add(90, to: "b")
        let sentence = try #require(QuarantineUse(equal, limit: Self.limit).sentences.last)
        #expect(sentence == "b has 1 in quarantine: 90 bytes of the 488 KiB that it may have.")
        fill(&equal, "b", by: 1_000)
        #expect(equal.holdings["b"]?.bytes == 499_090)
    }

    @Test(
        "no order in which sources fill it takes the next one's part",
        arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64]
    )
    func anyOrder(seed: UInt64) {
        var numbers = SeededGenerator(seed: seed)
        var shares = QuarantineShares()
        var entries: [(source: String, size: Int)] = []
        let count = Int.random(in: 2...12, using: &numbers)
        for _ in 0..<2_000 {
            let source = "s\(Int.random(in: 1...count, using: &numbers))"
            let size = Int.random(in: 1...20_000, using: &numbers)
            if shares.admits(size, from: source, limit: Self.limit) {
                shares.add(size, to: source)
                entries.append((source, size))
            } else if Int.random(in: 0..<20, using: &numbers) == 0, let entry = entries.randomElement(using: &numbers),
                let index = entries.firstIndex(where: { $0 == entry })
            {
                entries.remove(at: index)
                shares.remove(entry.size, from: entry.source)
            }
            let ranking = shares.holdings.values.map(\.bytes).sorted(by: >).enumerated()
            let fits = ranking.allSatisfy { $1 <= QuarantineShares.share(ofRank: $0 + 1, limit: Self.limit) }
            #expect(fits)
            let holders = shares.holdings.count
            let next = QuarantineShares.share(ofRank: holders + 1, limit: Self.limit)
            #expect(shares.admits(next, from: "new", limit: Self.limit))
        }
        #expect(shares.bytes == entries.reduce(0) { $0 + $1.size })
    }

    @Test(
        "a limit that was lowered, or an earlier version's quarantine, keeps the others out only as far as it is full"
    )
    func lowered() {
        var shares = QuarantineShares()
        shares.add(900_000, to: "old")
        #expect(!shares.admits(1, from: "old", limit: Self.limit))
        #expect(shares.admits(100_000, from: "new", limit: Self.limit))
        #expect(!shares.admits(100_001, from: "new", limit: Self.limit))
    }

    @Test(
        "what is known of the sources is what the rows say, whatever is done, also after a restart",
        arguments: Engine.allCases
    )
    func consistency(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        func check(_ queue: ResponseQueue) async throws {
            if engine != .sqlite { return try fixture.audit() }
            let (known, stored) = try await queue.transact { transaction in
                (transaction.state.shares, try QuarantineShares(reading: transaction.sqlite.statements))
            }
            #expect(known == stored)
        }
        try await fixture.withQueue { queue in
            let drafts = (0..<60).map { draft("\($0) bo\($0 % 7)@example.com", source: "s\($0 % 3)") }
            let ids = try await queue.accept([], quarantining: drafts).quarantined
            try await check(queue)
            _ = try await queue.accept([], quarantining: [drafts[0]], resolving: [ids[1]])
            _ = try await queue.discard(Array(ids[5..<20]))
            try await check(queue)
            _ = try await queue.eraseQuarantined(try EmailAddress("bo3@example.com"), within: .seconds(60))
            try await check(queue)
            try await queue.relabel(source: "s1", as: "unsigned-01234567")
            try await check(queue)
            let use = try await queue.quarantineUse()
            #expect(Set(use.sources.map(\.source)) == ["s0", "s2", "unsigned-01234567"])
        }
        try await fixture.withQueue { queue in
            try await check(queue)
            fixture.clock.advance(by: 1)
            _ = try await queue.expireQuarantine(before: fixture.clock.now)
            try await check(queue)
            #expect(try await queue.quarantineUse().sources.isEmpty)
        }
        try fixture.audit()
    }

    @Test(
        "sources that are broken fill their parts and are refused; another one is kept, with a word on who is full",
        arguments: Engine.allCases
    )
    func brokenSources(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue({ $0.quarantineByteLimit = 40_000 }) { queue in
            for source in ["a", "b", "c"] {
                var refusal: QuarantineRefusal?
                for number in 0..<200 where refusal == nil {
                    refusal = try await queue.accept([], quarantining: [draft("\(number)", source: source)])
                        .refusals.first
                }
                let held = try await queue.quarantineUse().sources.first { $0.source == source }?.bytes
                #expect(refusal?.source == source && refusal?.held == held && refusal?.limit == 40_000)
            }
            // The good responses of a refused delivery are stored.
            let intake = try await queue.accept([try submission(1)], quarantining: [draft("more", source: "a")])
            #expect(intake.outcomes == [.accepted] && intake.quarantined.isEmpty && intake.refusals.count == 1)
            let again = try await queue.accept([try submission(1)], quarantining: [draft("more", source: "a")])
            #expect(again.outcomes == [.unchanged(.sameContent)] && again.refusals.count == 1)
            #expect(try await queue.accept([], quarantining: [draft("x", source: "d")]).refusals.isEmpty)
            let use = try await queue.quarantineUse()
            #expect(use.sources.map(\.source) == ["a", "b", "c", "d"])
            #expect(use.sources.map(\.isFull) == [true, true, true, false])
            // A repetition of what is kept takes no room.
            let known = try await queue.accept([], quarantining: [draft("0", source: "a")])
            #expect(known.quarantined.count == 1 && known.refusals.isEmpty)
            // As soon as somebody makes room, there is room.
            #expect(try await queue.discard(known.quarantined) == 1)
            #expect(try await queue.accept([], quarantining: [draft("more", source: "a")]).refusals.isEmpty)
        }
        try fixture.audit()
    }

    @Test("a file of an earlier version is summed up by source when it is opened")
    func migration() async throws {
        let fixture = try QueueFixture()
        try await fixture.withQueue { queue in
            _ = try await queue.accept([], quarantining: [draft("a"), draft("b"), draft("c", source: "other")])
        }
        let connection = try DatabaseQueue(path: fixture.path)
        try await connection.write { database in
            try database.execute(
                sql: """
                    DROP INDEX quarantine_by_source;
                    DELETE FROM grdb_migrations WHERE identifier = 'quarantine: by source';
                    """
            )
        }
        try connection.close()
        try await fixture.withQueue { queue in
            let use = try await queue.quarantineUse()
            #expect(use.sources.map(\.entries) == [2, 1])
        }
    }
}
