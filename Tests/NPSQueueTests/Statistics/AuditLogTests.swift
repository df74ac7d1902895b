import Foundation
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

@Suite("The audit log", .serialized)
struct AuditLogTests {
    @Test("entries come back last first, all or of one action, page after page", arguments: Engine.allCases)
    func pages(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            #expect(try await queue.audit(limit: 10).isEmpty)
            for number in 1...250 {
                let action: AuditEntry.Action = number.isMultiple(of: 2) ? .retry : .erase
                let actor = AuditEntry.Actor.allCases[number % 3]
                try await queue.note(action, by: actor, subject: "nps1-\(number)", outcome: "Ärger: \(number)")
                fixture.clock.advance(by: 1)
            }
            let all = try await queue.audit(limit: 1_000)
            #expect(all.map(\.subject) == (1...250).reversed().map { "nps1-\($0)" })
            #expect(all.map(\.number) == all.map(\.number).sorted(by: >))
            let last = try #require(all.last)
            #expect(last.action == .erase && last.outcome == "Ärger: 1")
            #expect(last.actor == AuditEntry.Actor.allCases[1])
            #expect(last.at == fixture.clock.now.addingTimeInterval(-250))
            #expect(try await queue.audit(before: all[9].number, limit: 5).map(\.number) == all[10..<15].map(\.number))
            #expect(try await queue.audit(.retry, limit: 200).count == 125)
            #expect(try await queue.audit(.backup, limit: 200).isEmpty)
            #expect(try await queue.audit(.erase, before: all[1].number, limit: 1).map(\.subject) == ["nps1-247"])
            #expect(try await queue.audit(limit: -1).isEmpty)
        }
    }

    @Test(
        "old entries go, their numbers stay used, and what this version doesn't know is passed over",
        arguments: Engine.allCases
    )
    func old(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            for number in 1...130 {
                try await queue.note(.discard, by: .verb, subject: "\(number)", outcome: "")
                fixture.clock.advance(by: 1)
            }
            let before = try await queue.audit(limit: 1)
            #expect(try await queue.removeAudit(before: fixture.clock.now) == 130)
            #expect(try await queue.audit(limit: 1).isEmpty)
            try await queue.transact { transaction in
                try transaction.rows.note(
                    StoredAuditEntry(
                        number: 0,
                        at: transaction.now,
                        actor: "robot",
                        action: "dance",
                        subject: "",
                        outcome: ""
                    )
                )
            }
            try await queue.note(.backup, by: .page, subject: "a file", outcome: "done")
            let entries = try await queue.audit(limit: 10)
            #expect(entries.map(\.action) == [.backup])
            #expect(try #require(entries.first).number > before[0].number + 1)
        }
    }

    @Test("the last backup stays in the log however old it is", arguments: Engine.allCases)
    func lastBackup(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            for number in 1...120 {
                try await queue.note(number < 3 ? .backup : .retry, by: .verb, subject: "\(number)", outcome: "")
                fixture.clock.advance(by: 1)
            }
            #expect(try await queue.removeAudit(before: fixture.clock.now) == 119)
            #expect(try await queue.removeAudit(before: fixture.clock.now) == 0)
            #expect(try await queue.audit(limit: 10).map(\.subject) == ["2"])
            try await queue.note(.backup, by: .verb, subject: "new", outcome: "")
            #expect(try await queue.removeAudit(before: fixture.clock.now) == 1)
            #expect(try await queue.audit(limit: 10).map(\.subject) == ["new"])
        }
    }

    @Test("the counts and the log move along, and are written there as here", arguments: Direction.all)
    func moved(direction: Direction) async throws {
        let fixture = try MoveFixture(direction)
        let before = try await fixture.source.withQueue { queue in
            _ = try await queue.accept(try (1...20).map { try submission($0, score: $0 % 11) })
            try await deliverAll(queue)
            _ = try await queue.accept([try submission(1, score: 2), try submission(30)])
            for number in 1...3 { try await queue.note(.retry, by: .page, subject: "\(number)", outcome: "ok") }
            fixture.clock.advance(by: 1)
            _ = try await queue.removeAudit(before: fixture.clock.now)
            try await queue.note(.erase, by: .token, subject: "4", outcome: "ok")
            fixture.clock.advance(by: 1)
            _ = try await queue.removeReceipts(before: fixture.clock.now)
            return try await Holdings(queue)
        }
        #expect(before.tallies.reduce(0) { $0 + $1.count } == 21 && before.traffic.map(\.arrivals) == [22])
        #expect(before.entries.count == 1)
        // The target has used some numbers, and has entries of its own, but holds nothing.
        try await fixture.target.withQueue { queue in
            for _ in 1...9 { try await queue.note(.backup, by: .page, subject: "", outcome: "") }
        }
        _ = try await fixture.move().run()
        try await fixture.target.withQueue { queue in
            #expect(try await Holdings(queue) == before)
            #expect(try await queue.tallyFormer() == nil)
            try await deliverAll(queue)
            _ = try await queue.erase([try submission(30).response.id])
            #expect(try await queue.tallies().reduce(0) { $0 + $1.count } == 20)
            try await queue.note(.erase, by: .token, subject: "5", outcome: "ok")
            #expect(try #require(try await queue.audit(limit: 1).first).number > before.entries[0].number)
        }
        try fixture.target.audit()
    }

    private struct Holdings: Equatable {
        let tallies: [TallyCount]
        let traffic: [TrafficHour]
        let entries: [AuditEntry]

        init(_ queue: ResponseQueue) async throws {
            tallies = try await queue.tallies()
            traffic = try await queue.traffic(since: .distantPast)
            entries = try await queue.audit(limit: 100)
        }
    }
}
