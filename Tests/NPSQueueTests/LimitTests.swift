import Foundation
import NPSModel
import NPSQueue
import TestSupport
import Testing

@Suite("Limits and quarantine of every engine")
struct LimitTests {
    @Test(
        "above the limit of undelivered responses, the queue is busy until one is delivered",
        arguments: Engine.allCases
    )
    func pendingLimit(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue({ $0.pendingLimit = 3 }) { queue in
            _ = try await queue.accept(try (1...3).map { try submission($0) })
            await #expect(throws: QueueError.busy(retryAfter: 60)) { try await queue.accept([try submission(4)]) }
            // Quarantine entries and probes don't count against this limit.
            #expect(try await queue.accept([], quarantining: [draft("x")]).quarantined.count == 1)
            try await queue.probe()
            let claim = try #require(try await queue.claim(limit: 1).first)
            try await queue.settle([claim.verdict(.delivered(planhatID: nil))])
            #expect(try await queue.accept([try submission(4)]).outcomes == [.accepted])
            #expect(try await queue.status().accepted == 4)
        }
    }

    @Test(
        "a delivery for which the quarantine has no room is refused alone, and its valid responses are stored",
        arguments: Engine.allCases
    )
    func neighbours(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue({ $0.quarantineByteLimit = 800 }) { queue in
            let big = String(repeating: "z", count: 500)
            let one = try submission(1)
            let refused = Task { try await queue.accept([one], quarantining: [draft(big)]) }
            let two = try submission(2)
            let good = Task { try await queue.accept([two]) }
            #expect(try await good.value.outcomes == [.accepted])
            let intake = try await refused.value
            #expect(intake.outcomes == [.accepted] && intake.quarantined.isEmpty)
            #expect(intake.refusals.map(\.source) == ["acme"] && intake.refusals.map(\.held) == [0])
            let status = try await queue.status()
            #expect(status.accepted == 2 && status.quarantined == 0)
        }
    }

    @Test("what there is room for is kept, also beside what there is none for", arguments: Engine.allCases)
    func halfway(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue({ $0.quarantineByteLimit = 1_200 }) { queue in
            let drafts = [draft("small"), draft(String(repeating: "z", count: 500))]
            let intake = try await queue.accept([try submission(1)], quarantining: drafts)
            #expect(intake.quarantined.count == 1 && intake.refusals.count == 1)
            let status = try await queue.status()
            #expect(status.accepted == 1 && status.quarantined == 1)
            #expect(try await queue.accept([], quarantining: [drafts[0]]).quarantined == intake.quarantined)
        }
    }

    @Test("below the disk reserve, acceptance and readiness are refused, but delivery goes on")
    func reserve() async throws {
        let fixture = try QueueFixture(.sqlite)
        try await fixture.withQueue { queue in _ = try await queue.accept([try submission(1)]) }
        try await fixture.withQueue({ $0.diskReserve = .max }) { queue in
            let directory = fixture.directory.path
            let refused = await #expect(throws: QueueError.self) { try await queue.accept([try submission(2)]) }
            let failed = await #expect(throws: QueueError.self) { try await queue.probe() }
            for error in [refused, failed] {
                #expect(error?.isFullDisk == true)
                #expect(error?.description.contains(" MiB are free in \(directory), and") == true)
            }
            let claim = try #require(try await queue.claim(limit: 1).first)
            try await queue.settle([claim.verdict(.delivered(planhatID: nil))])
            #expect(try await queue.status().delivered == 1)
        }
    }

    @Test("a repeated delivery has one entry in the quarantine", arguments: Engine.allCases)
    func quarantineRepetition(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let drafts = [
                draft("a"), draft("b"), draft("a"), draft("a", source: "other"), draft("c", deliveryID: "7"),
                draft("d", deliveryID: "7"), draft("c", deliveryID: "7"),
            ]
            let ids = try await queue.accept([], quarantining: drafts).quarantined.map(\.rawValue)
            #expect(ids == [1, 2, 1, 3, 4, 5, 4])
            #expect(try await queue.status().quarantined == 5)
            let entry = try #require(try await queue.quarantineEntry(QuarantineID(rawValue: 4)))
            #expect(entry.body == Data("c".utf8) && entry.deliveryID == "7" && entry.bodySize == 1)
            #expect(entry.problems == drafts[0].problems)
            #expect(entry.receivedAt == fixture.clock.now)
            let page = try await queue.quarantine(limit: 2, after: 1)
            #expect(page.map(\.id.rawValue) == [2, 3])
            #expect(page.allSatisfy { $0.body == nil })
        }
    }

    @Test("above the byte limit, new entries are refused and the old ones kept", arguments: Engine.allCases)
    func quarantineLimit(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue({ $0.quarantineByteLimit = 2_000 }) { queue in
            let first = draft(String(repeating: "a", count: 400))
            let id = try #require(try await queue.accept([], quarantining: [first]).quarantined.first)
            let second = draft(String(repeating: "b", count: 400))
            #expect(try await queue.accept([], quarantining: [second]).refusals.count == 1)
            #expect(try await queue.accept([], quarantining: [first]).quarantined == [id])
            #expect(try await queue.accept([], quarantining: [second], resolving: [id]).quarantined != [id])
            #expect(try await queue.quarantineEntry(id) == nil)
        }
    }

    @Test("a replay accepts the response and removes the entry in one transaction", arguments: Engine.allCases)
    func replay(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let id = try #require(try await queue.accept([], quarantining: [draft("a")]).quarantined.first)
            #expect(try await queue.accept([try submission(1)], resolving: [id]).outcomes == [.accepted])
            #expect(try await queue.quarantineEntry(id) == nil)
            #expect(try await queue.discard([id]) == 0)
            // Its number is never used again.
            #expect(try await queue.accept([], quarantining: [draft("b")]).quarantined != [id])
        }
    }
}
