import Foundation
import GRDB
import NPSModel
import NPSQueue
import TestSupport
import Testing

@Suite("Erasing a person on every engine")
struct ErasureTests {
    private let person = Result { try EmailAddress("PERSON1@Example.com") }

    @Test("a person's responses are found in every state, however the address is written", arguments: Engine.sealing)
    func states(engine: Engine) async throws {
        let person = try person.get()
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            func answer(_ source: String) async throws -> ResponseID {
                let answer = try submission(1, source: source)
                _ = try await queue.accept([answer])
                return answer.response.id
            }
            let delivered = try await answer("a")
            try await queue.settle(
                try await queue.claim(limit: 1).map { $0.verdict(.delivered(planhatID: "64a1")) }
            )
            let parked = try await answer("b")
            try await queue.settle(try await queue.claim(limit: 1).map { $0.verdict(.park(reason: "no")) })
            let sending = try await answer("c")
            let claim = try #require(try await queue.claim(limit: 1).first)
            let pending = try await answer("d")
            _ = try await queue.accept([try submission(11), try submission(2)])
            let erasure = try await queue.erase(person)
            #expect(
                erasure.responses == [
                    .init(id: delivered, state: .delivered), .init(id: parked, state: .parked),
                    .init(id: sending, state: .sending), .init(id: pending, state: .pending),
                ]
            )
            #expect(
                erasure.remote == [
                    .init(id: delivered, planhatId: "64a1", deletableFrom: fixture.clock.now),
                    .init(id: sending, planhatId: nil, deletableFrom: nil),
                ]
            )
            // It can't be confirmed before the verdict, and the verdict brings nothing back.
            #expect(try await queue.confirmErasure([sending]) == 0)
            try await queue.settle([claim.verdict(.delivered(planhatID: "64a2"))])
            #expect(try await queue.show(sending)?.state == .erased)
            let again = try await queue.erase(person)
            #expect(again.responses.isEmpty)
            #expect(again.remote.map(\.planhatId) == ["64a1", "64a2"])
            #expect(try await queue.confirmErasure([delivered, sending, parked]) == 2)
            #expect(try await queue.erase(person).remote.isEmpty)
            #expect(try await queue.show(sending)?.planhatId == nil)
            let status = try await queue.status()
            #expect(status.erased == 4 && status.pending == 2 && status.balances)
            #expect(
                try await queue.accept([try submission(1, score: 2, source: "a")]).outcomes == [.unchanged(.erased)]
            )
        }
        try fixture.audit()
    }

    @Test("what an erasure does is told as soon as it is done", arguments: Engine.sealing)
    func toldInParts(engine: Engine) async throws {
        let person = try person.get()
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept(try (1...230).map { try submission(1, source: "s\($0)") })
            var parts: [Erasure] = []
            let erasure = try await queue.erase(person, remotely: true) { parts.append($0) }
            #expect(parts.count > 2)
            #expect(parts.reduce(0) { $0 + $1.ordered } == erasure.ordered)
            #expect(parts.flatMap(\.responses) == erasure.responses && erasure.responses.count == 230)
            #expect(parts.flatMap(\.remote) == erasure.remote)
        }
        try fixture.audit()
    }

    @Test("it is known whether a deletion at Planhat was asked for, now or before", arguments: Engine.sealing)
    func ordered(engine: Engine) async throws {
        let person = try person.get()
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try submission(1)])
            try await queue.settle(try await queue.claim(limit: 1).map { $0.verdict(.delivered(planhatID: "64a1")) })
            let calls = [(false, false, 0), (true, true, 1), (true, true, 0), (false, true, 0)]
            for (remotely, isWanted, ordered) in calls {
                let erasure = try await queue.erase(person, remotely: remotely)
                #expect(erasure.remote.map(\.isWanted) == [isWanted] && erasure.ordered == ordered)
                let data = try JSONEncoder().encode(erasure)
                #expect(try JSONDecoder().decode(Erasure.self, from: data) == erasure)
            }
        }
    }

    @Test("what an earlier version's collector answers to an erasure can be read")
    func formerAnswer() throws {
        let json = #"{"erasedAt":0,"responses":[],"remote":[{"id":"nps1-00000000000000000000000000000000"}]}"#
        let erasure = try JSONDecoder().decode(Erasure.self, from: Data(json.utf8))
        #expect(erasure.ordered == 0 && erasure.remote.map(\.isWanted) == [false])
    }

    @Test("the last responses of a person come first, from the queue and the receipts", arguments: Engine.sealing)
    func latest(engine: Engine) async throws {
        let person = try person.get()
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            for source in ["a", "b", "c", "d"] {
                _ = try await queue.accept([try submission(1, source: source), try submission(2, source: source)])
                if source == "b" { try await deliverAll(queue) }
            }
            let all = try await queue.list(QueueFilter(person: person))
            let last = try await queue.latest(of: person, limit: 3)
            #expect(last == all.suffix(3).reversed())
            #expect(try await queue.latest(of: person, before: last[2].sequence, limit: 3) == [all[0]])
            #expect(try await queue.latest(of: person, limit: 0).isEmpty)
        }
    }

    @Test("what Planhat may still have is listed, however long ago it was erased", arguments: Engine.sealing)
    func retention(engine: Engine) async throws {
        let person = try person.get()
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try submission(1), try submission(1, source: "b")])
            let claims = try await queue.claim(limit: 2)
            try await queue.settle([claims[0].verdict(.delivered(planhatID: "64a1"))])
            let ids = claims.map(\.response.id)
            #expect(try await queue.erase(person).remote.map(\.id) == ids)
            _ = try await queue.accept([try submission(2)])
            #expect(try await queue.removeReceipts(before: .distantFuture) == 0)
            try await queue.settle([claims[1].verdict(.delivered(planhatID: "64a2"))])
            #expect(try await queue.removeReceipts(before: .distantFuture) == 0)
            #expect(try await queue.erase(person).remote.map(\.planhatId) == ["64a1", "64a2"])
            #expect(try await queue.confirmErasure(ids) == 2)
            #expect(try await queue.removeReceipts(before: .distantFuture) == 2)
        }
        try fixture.audit()
    }

    @Test("what was being sent when the collector stopped is listed as possibly at Planhat", arguments: Engine.sealing)
    func restart(engine: Engine) async throws {
        let person = try person.get()
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try submission(1)])
            _ = try await queue.claim(limit: 1)
            #expect(try await queue.erase(person).remote.map(\.deletableFrom) == [nil])
        }
        try await fixture.withQueue { queue in
            let remote = try await queue.erase(person).remote
            #expect(remote.map(\.deletableFrom) == [fixture.clock.now.addingTimeInterval(60.01)])
            #expect(try await queue.status().erased == 1)
        }
    }

    @Test("a response is found by the address of its last edit only", arguments: Engine.sealing)
    func changedAddress(engine: Engine) async throws {
        let person = try person.get()
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let old = try submission(1).response
            _ = try await queue.accept([Submission(old)])
            let new = SurveyResponse(
                id: old.id,
                source: old.source,
                email: try EmailAddress("new@example.com"),
                score: old.score,
                comment: nil,
                answeredAt: old.answeredAt
            )
            #expect(try await queue.accept([Submission(new)]).outcomes == [.updated])
            #expect(try await queue.erase(person).responses.isEmpty)
            #expect(try await queue.erase(new.email).responses.map(\.id) == [old.id])
        }
    }

    @Test(
        "nothing of an erased person is left in the file: not in queue, quarantine or history",
        arguments: Engine.sealing
    )
    func remains(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let canaryBytes = Data("kanarienvogel".utf8)
            let canary = try EmailAddress("kanarienvogel@example.com")
            func response(_ number: Int) throws -> Submission {
                Submission(
                    SurveyResponse(
                        id: ResponseID(source: "test", providerID: "\(number)"),
                        source: "test",
                        email: canary,
                        score: try #require(Score(1)),
                        comment: "kanarienvogel sings",
                        answeredAt: fixture.clock.now
                    )
                )
            }
            for number in 1...20 {
                _ = try await queue.accept(
                    [try response(number)],
                    quarantining: [draft(#"{"email": "kanarienvogel@example.com", "n": \#(number)}"#)]
                )
            }
            _ = try await queue.accept([], quarantining: [draft("a stranger's")])
            try await queue.settle(
                try await queue.claim(limit: 10).map { $0.verdict(.park(reason: "kanarienvogel")) }
            )
            #expect(try fixture.bytes().range(of: canaryBytes) != nil)
            #expect(try await queue.erase(canary).responses.count == 20)
            let found = try await queue.eraseQuarantined(canary, within: .seconds(86_400))
            #expect(found.count == 20 && found.next == nil)
            #expect(try fixture.bytes().range(of: canaryBytes) == nil)
            #expect(try await queue.status().quarantined == 1)
            // The sender got no 2xx and retries.
            let again = draft(#"{"email": "kanarienvogel@example.com", "n": 7}"#)
            #expect(try await queue.accept([], quarantining: [again]).quarantined.isEmpty)
            #expect(try await queue.status().quarantined == 1)
            #expect(try fixture.bytes().range(of: canaryBytes) == nil)
        }
        try fixture.audit()
    }

    @Test("a response that arrives again after its receipt was removed is sent by upsert", arguments: Engine.sealing)
    func comeback(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            for number in 1...2 {
                _ = try await queue.accept([try submission(number)])
                let claim = try #require(try await queue.claim(limit: 1).first)
                #expect(claim.mustUpsert != engine.createsAreSafe)
                try await queue.settle([claim.verdict(.delivered(planhatID: "a"))])
            }
            fixture.clock.advance(by: 60)
            #expect(try await queue.removeReceipts(before: .distantFuture) == 2)
            #expect(try await queue.accept([try submission(1, score: 3)]).outcomes == [.accepted])
            #expect(try await queue.claim(limit: 1).first.map(\.mustUpsert) == true)
        }
    }

    @Test("a large quarantine is searched in several calls", arguments: Engine.sealing)
    func parts(engine: Engine) async throws {
        let person = try person.get()
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            for number in 0..<250 {
                let address = number % 50 == 0 ? "person1@example.com" : "nobody@example.com"
                _ = try await queue.accept([], quarantining: [draft("\(number) \(address)")])
            }
            var (count, calls, next) = (0, 0, QuarantineID?.none)
            repeat {
                let part = try await queue.eraseQuarantined(person, after: next, within: .zero)
                (count, calls, next) = (count + part.count, calls + 1, part.next)
            } while next != nil
            #expect(count == 5)
            #expect(calls == 4)
        }
    }
}

@Suite("Erasures that Planhat never confirmed")
struct UnconfirmedErasureTests {
    private let person = Result { try EmailAddress("person1@example.com") }

    @Test("they are listed page by page and counted, until they are confirmed", arguments: Engine.sealing)
    func list(engine: Engine) async throws {
        let person = try person.get()
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let answers = try ["a", "b", "c"].map { try submission(1, source: $0) }
            _ = try await queue.accept(answers + [try submission(1, source: "never sent")])
            let claims = try await queue.claim(limit: 3)
            try await queue.settle([claims[0].verdict(.delivered(planhatID: "64a1"))])
            try await queue.settle([
                claims[1].verdict(.ambiguous(retryAt: fixture.clock.now + 30, reason: "cut off"))
            ])
            _ = try await queue.erase(person)
            let all = try await queue.unconfirmedErasures(after: nil, limit: 10)
            let ids = answers.map(\.response.id)
            #expect(all.map(\.id) == ids)
            #expect(all.map(\.planhatId) == ["64a1", nil, nil])
            #expect(all.map(\.deletableFrom) == [fixture.clock.now, fixture.clock.now + 30, nil])
            #expect(all.allSatisfy { $0.erasedAt == fixture.clock.now && !$0.isRemoteDeletionWanted })
            #expect(try await queue.unconfirmedErasures(after: all[0].sequence, limit: 1).map(\.id) == [ids[1]])
            #expect(try await queue.status().unconfirmed == 3)
            #expect(try await queue.confirmErasure([ids[0], ids[1], ids[2]]) == 2)
            #expect(try await queue.status().unconfirmed == 1)
            try await queue.settle([claims[2].verdict(.park(reason: "no"))])
            #expect(try await queue.status().unconfirmed == 0)
            #expect(try await queue.unconfirmedErasures(after: nil, limit: 10).isEmpty)
        }
        try fixture.audit()
    }

    @Test("the wish to have them deleted at Planhat is remembered, and never assumed", arguments: Engine.sealing)
    func wish(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        let numbers = [1, 2, 3]
        try await fixture.withQueue { queue in
            _ = try await queue.accept(try numbers.map { try submission($0) })
            let claims = try await queue.claim(limit: 3)
            try await queue.settle([claims[0].verdict(.delivered(planhatID: "64a1"))])
            try await queue.settle([claims[1].verdict(.delivered(planhatID: "64a2"))])
            _ = try await queue.erase(try EmailAddress("person1@example.com"))
            for number in [2, 3] {
                _ = try await queue.erase(try EmailAddress("person\(number)@example.com"), remotely: true)
            }
        }
        try await fixture.withQueue { queue in
            func wanted() async throws -> [ResponseID] {
                try await queue.unconfirmedErasures(isWanted: true, after: nil, limit: 10).map(\.id)
            }
            let ids = try numbers.map { try submission($0).response.id }
            #expect(try await wanted() == [ids[1], ids[2]])
            // Asking again without it takes nothing back; asking for it later adds it.
            _ = try await queue.erase(try EmailAddress("person2@example.com"))
            _ = try await queue.erase(try EmailAddress("person1@example.com"), remotely: true)
            #expect(try await wanted() == ids)
            #expect(try await queue.confirmErasure(ids) == 3)
            #expect(try await wanted().isEmpty)
        }
        try fixture.audit()
    }

    @Test("those of an earlier version are counted and listed, and nobody asked to have them deleted")
    func migration() async throws {
        let fixture = try QueueFixture()
        try FormerFile.make(
            fixture.path,
            upTo: "quarantine: by source",
            rows: """
                INSERT INTO responses (id, state, source, digest, revision, attempts, must_upsert, received_at,
                    accepted_at, delivered_at, closed_at, planhat_id, remote, remote_from)
                VALUES ('\(FormerFile.id(1))', 'erased', 'test', '', 1, 1, 0, 1000, 1000, 2000, 3000, 'p', 'record', 3000),
                    ('\(FormerFile.id(2))', 'erased', 'test', '', 1, 1, 0, 1000, 1000, 2000, 3000, NULL, NULL, NULL);
                UPDATE books SET accepted = 2, erased = 2;
                """
        )
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.status().unconfirmed == 1)
            #expect(try await queue.unconfirmedErasures(after: nil, limit: 10).map(\.isRemoteDeletionWanted) == [false])
        }
        try Audit(of: fixture.path).check()
    }
}

@Suite("Retention on every engine")
struct RetentionTests {
    @Test("old receipts and tombstones are removed and stay counted", arguments: Engine.sealing)
    func receipts(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept(try (1...5).map { try submission($0) })
            try await deliverAll(queue)
            _ = try await queue.erase([try submission(5).response.id])
            _ = try await queue.confirmErasure([try submission(5).response.id])
            fixture.clock.advance(by: 100)
            _ = try await queue.accept([try submission(6), try submission(1, score: 1), try submission(7)])
            let cutoff = fixture.clock.now
            #expect(try await queue.removeReceipts(before: cutoff) == 4)
            #expect(try await queue.removeReceipts(before: cutoff) == 0)
            #expect(try await queue.show(try submission(2).response.id) == nil)
            let status = try await queue.status()
            #expect(status.accepted == 7 && status.delivered == 3 && status.erased == 1 && status.pending == 3)
            #expect(status.balances)
            // Without its receipt it is new.
            #expect(try await queue.accept([try submission(2)]).outcomes == [.accepted])
            #expect(try await queue.status().balances)
        }
        try fixture.audit()
    }

    @Test("no sequence number is used twice, even when all rows are gone", arguments: Engine.sealing)
    func sequences(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try submission(1), try submission(2)])
            try await deliverAll(queue)
            #expect(try await queue.removeReceipts(before: .distantFuture) == 2)
        }
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try submission(3)])
            #expect(try await queue.list(QueueFilter()).map(\.sequence) == [3])
        }
    }

    @Test("what has been parked too long is erased", arguments: Engine.sealing)
    func parked(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            func park(_ number: Int) async throws {
                _ = try await queue.accept([try submission(number)])
                try await queue.settle(try await queue.claim(limit: 1).map { $0.verdict(.park(reason: "no")) })
            }
            try await park(1)
            fixture.clock.advance(by: 100)
            try await park(2)
            #expect(try await queue.eraseParked(before: fixture.clock.now) == 1)
            #expect(try await queue.show(try submission(1).response.id)?.state == .erased)
            let status = try await queue.status()
            #expect(status.erased == 1 && status.parked == 1 && status.balances)
        }
        try fixture.audit()
    }
}

@Suite("Responses of a version without person digests")
struct PersonMigrationTests {
    @Test("pending ones are found by their address, delivered ones are not, and both have an age")
    func migration() async throws {
        let fixture = try QueueFixture()
        try FormerFile.make(
            fixture.path,
            upTo: "receipts: digest of the content",
            rows: """
                INSERT INTO responses (id, state, source, digest, revision, attempts, must_upsert, received_at,
                    accepted_at, delivered_at)
                VALUES ('\(FormerFile.id(1))', 'delivered', 'old', '\(FormerFile.digest)', 1, 1, 0, 1000, 1000, 2000);
                INSERT INTO responses (id, state, source, payload, digest, revision, attempts, must_upsert,
                    next_attempt_at, received_at, accepted_at)
                VALUES ('\(FormerFile.id(2))', 'pending', 'test', '\(FormerFile.payload(1))', '\(FormerFile.digest)', 1, 0, 0,
                    1000, 1000, 1000);
                UPDATE books SET accepted = 2, delivered = 1, pending = 1;
                """
        )
        try await fixture.withQueue { queue in
            let erasure = try await queue.erase(try EmailAddress("person1@example.com"))
            #expect(erasure.responses.map(\.state) == [.pending])
            #expect(try await queue.status().delivered == 1)
            #expect(try await queue.removeReceipts(before: .distantFuture) == 2)
        }
    }
}
