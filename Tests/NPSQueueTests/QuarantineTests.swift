import Foundation
import GRDB
import NPSModel
import NPSQueue
import TestSupport
import Testing

@Suite("The quarantine")
struct QuarantineTests {
    private static let day = 86_400.0

    @Test("an entry counts its repetitions, and has the times of the first and the last", arguments: Engine.sealing)
    func repetition(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let first = fixture.clock.now
            let id = try #require(try await queue.accept([], quarantining: [draft("a")]).quarantined.first)
            fixture.clock.advance(by: 60)
            #expect(try await queue.accept([], quarantining: [draft("a")]).quarantined == [id])
            let entry = try #require(try await queue.quarantineEntry(id))
            #expect(entry.timesSeen == 2)
            #expect(entry.receivedAt == first)
            #expect(entry.lastSeenAt == fixture.clock.now)
            let other = try #require(try await queue.accept([], quarantining: [draft("b")]).quarantined.first)
            #expect(try await queue.quarantineEntry(other)?.timesSeen == 1)
        }
        try fixture.audit()
    }

    @Test("old entries are removed, in several transactions, and younger ones kept", arguments: Engine.sealing)
    func expiry(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        let secret = "canary-\(UUID().uuidString)"
        try await fixture.withQueue { queue in
            let small = (0..<230).map { draft("small \($0) \(secret)") }
            let large = (0..<9).map { draft("large \($0) \(secret)" + String(repeating: "x", count: 1 << 20)) }
            _ = try await queue.accept([], quarantining: small + large)
            fixture.clock.advance(by: 30 * Self.day)
            let kept = try await queue.accept([], quarantining: [draft("young")]).quarantined
            // A repetition makes an entry no younger.
            _ = try await queue.accept([], quarantining: [small[0]])
            let limit = fixture.clock.now.addingTimeInterval(-30 * Self.day)
            #expect(try await queue.expireQuarantine(before: limit) == 0)
            #expect(try await queue.expireQuarantine(before: limit.addingTimeInterval(0.001)) == 239)
            #expect(try await queue.quarantine(limit: 10).map(\.id) == kept)
            #expect(try await queue.status().quarantined == 1)
            #expect(try !fixture.bytes().contains(secret))
        }
        try fixture.audit()
    }

    @Test("nothing of a discarded or resolved entry is left in the files", arguments: Engine.sealing)
    func remains(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        let secret = "canary-\(UUID().uuidString)"
        let words = "\(secret) " + String(repeating: "long ", count: 3_000) + secret
        try await fixture.withQueue { queue in
            let ids = try await queue.accept([], quarantining: (0..<25).map { draft("\($0) \(words)") }).quarantined
            #expect(try fixture.bytes().contains(secret) == engine.showsWords)
            _ = try await queue.accept([try submission(1)], resolving: [ids[0]])
            #expect(try await queue.discard(Array(ids.dropFirst()) + [QuarantineID(rawValue: 999)]) == 24)
            #expect(try !fixture.bytes().contains(secret))
            let last = try await queue.accept([], quarantining: [draft(words)]).quarantined
            _ = try await queue.accept([try submission(2)], resolving: last)
        }
        // A resolved entry's bytes are overwritten a second later, or when the queue closes.
        #expect(try !fixture.bytes().contains(secret))
        try fixture.audit()
    }

    @Test("a call that resolves an entry that is gone is refused and accepts nothing", arguments: Engine.sealing)
    func resolvedBefore(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let ids = try await queue.accept([], quarantining: [draft("a"), draft("b")]).quarantined
            #expect(try await queue.discard([ids[1]]) == 1)
            await #expect(throws: QueueError.resolvedBefore(ids[1])) {
                try await queue.accept([try submission(1)], resolving: ids)
            }
            #expect(try await queue.show(try submission(1).response.id) == nil)
            #expect(try await queue.quarantineEntry(ids[0]) != nil)
        }
    }

    @Test("a replay doesn't replace content that came in after the delivery", arguments: Engine.sealing)
    func newestWins(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let old = try await queue.accept([], quarantining: [draft("old")]).quarantined
            fixture.clock.advance(by: 1)
            let newer = try await queue.accept([], quarantining: [draft("newer")]).quarantined
            fixture.clock.advance(by: 1)
            #expect(try await queue.accept([try submission(1, score: 9)]).outcomes == [.accepted])
            fixture.clock.advance(by: 1)
            #expect(
                try await queue.accept([try submission(1, score: 1)], resolving: old).outcomes == [
                    .unchanged(.olderVersion)
                ]
            )
            #expect(try await queue.show(try submission(1).response.id)?.score == 9)
            // Between replays, too, the time of the delivery decides, not that of the replay.
            let later = try await queue.accept([], quarantining: [draft("later")]).quarantined
            fixture.clock.advance(by: 1)
            #expect(try await queue.accept([try submission(2, score: 2)], resolving: newer).outcomes == [.accepted])
            fixture.clock.advance(by: 1)
            #expect(try await queue.accept([try submission(2, score: 8)], resolving: later).outcomes == [.updated])
        }
    }

    @Test("an interrupted replay loses nothing, and repeating it stores nothing twice")
    func interrupted() async throws {
        let fixture = try QueueFixture()
        let queue = try fixture.open()
        let ids = try await queue.accept([], quarantining: (0..<6).map { draft("\($0)") }).quarantined
        for (number, id) in ids.prefix(3).enumerated() {
            _ = try await queue.accept([try submission(number)], resolving: [id])
        }
        let copy = try fixture.snapshot()
        await queue.close()
        let resumed = try fixture.open(copy)
        let left = try await resumed.quarantine().map(\.id)
        #expect(left == Array(ids.dropFirst(3)))
        #expect(try await resumed.status().accepted == 3)
        for id in left { _ = try await resumed.accept([try submission(Int(id.rawValue) - 1)], resolving: [id]) }
        let status = try await resumed.status()
        #expect(status.accepted == 6 && status.quarantined == 0)
        await resumed.close()
        try Audit(of: copy).check()
    }

    @Test("entries from a version that didn't count repetitions were seen once")
    func migration() async throws {
        let fixture = try QueueFixture()
        let came = fixture.clock.now
        try await fixture.withQueue { queue in _ = try await queue.accept([], quarantining: [draft("a")]) }
        let connection = try DatabaseQueue(path: fixture.path)
        try await connection.write { database in
            try database.execute(
                sql: """
                    DROP INDEX quarantine_by_age;
                    ALTER TABLE quarantine DROP COLUMN times_seen;
                    ALTER TABLE quarantine DROP COLUMN last_seen_at;
                    DELETE FROM grdb_migrations WHERE identifier = 'quarantine: repetitions and age';
                    """
            )
        }
        try connection.close()
        fixture.clock.advance(by: 60)
        try await fixture.withQueue { queue in
            let entry = try #require(try await queue.quarantine().first)
            #expect(entry.timesSeen == 1 && entry.lastSeenAt == came)
        }
    }
}

extension Data {
    fileprivate func contains(_ text: String) -> Bool {
        range(of: Data(text.utf8)) != nil
    }
}
