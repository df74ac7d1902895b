import Foundation
import NPSModel
import NPSQueue
import TestSupport
import Testing

/// Knuth's linear congruential constants: the same sequence from the same seed on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state ^ (state >> 33)) &* 0xff51_afd7_ed55_8ccd
    }
}

@Suite("Random operations on every engine")
struct RandomOperationsTests {
    @Test(
        "the books balance after every step, and in the end Planhat has every newest answer once",
        arguments: Engine.sealing,
        [1, 2, 3, 4, 5, 6] as [UInt64]
    )
    func balance(engine: Engine, seed: UInt64) async throws {
        let fixture = try QueueFixture(engine)
        var run = RandomRun(fixture: fixture, generator: SeededGenerator(seed: seed))
        var queue = try fixture.open()
        for step in 1...150 {
            try await run.step(queue)
            #expect(try await queue.status().balances)
            if step.isMultiple(of: 40) {
                await queue.close()
                try fixture.audit()
                queue = try fixture.open()
                run.forgetClaims()
            }
        }
        try await run.finish(queue)
        var status = try await queue.status()
        #expect(status.accepted == run.newest.count + run.erased.count)
        #expect(status.delivered == run.newest.count)
        #expect(run.atPlanhat == run.newest)
        let scores = Dictionary(run.newest.values.map { ($0, 1) }, uniquingKeysWith: +)
        let tallies = try await queue.tallies().map { ($0.tally.score.value, $0.count) }
        #expect(Dictionary(tallies, uniquingKeysWith: +) == scores)
        #expect(try await queue.confirmErasure(Array(run.erased)) == status.unconfirmed)
        status.unconfirmed = 0
        // What is removed because of its age stays counted.
        #expect(try await queue.removeReceipts(before: .distantFuture) == status.accepted)
        var last = try await queue.status()
        // It tells when this collector was last there.
        (status.leadership, last.leadership) = (nil, nil)
        #expect(last == status)
        await queue.close()
        try fixture.audit()
    }
}

/// Random operations, with what their results must be: people answer and change their minds, and the API returns all
/// that it can.
struct RandomRun {
    let fixture: QueueFixture
    var generator: SeededGenerator
    var newest: [ResponseID: Int] = [:]
    var atPlanhat: [ResponseID: Int] = [:]
    var erased: Set<ResponseID> = []
    var claims: [Claim] = []

    init(fixture: QueueFixture, generator: SeededGenerator) {
        self.fixture = fixture
        self.generator = generator
    }

    mutating func forgetClaims() {
        claims = []
    }

    mutating func step(_ queue: ResponseQueue) async throws {
        fixture.clock.advance(by: Double.random(in: 0...20, using: &generator))
        switch Int.random(in: 0..<10, using: &generator) {
        case 0..<4: try await answer(queue)
        case 4..<6: claims += try await queue.claim(limit: Int.random(in: 1...5, using: &generator))
        case 6..<8: try await settleOne(queue)
        case 8:
            if let claim = takeClaim() { try await queue.release([claim.response.id]) }
            if Bool.random(using: &generator) { _ = try await queue.retryParked() }
        default: try await quarantineOrErase(queue)
        }
    }

    private mutating func answer(_ queue: ResponseQueue) async throws {
        var submissions: [Submission] = []
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let number = Int.random(in: 1...30, using: &generator)
            let score = Int.random(in: 0...10, using: &generator)
            var submission = try submission(number, score: score)
            // Without an id, an answer that is changed back would count as a late repetition.
            submission.deliveryID = "\(UInt64.random(in: .min ... .max, using: &generator))"
            submissions.append(submission)
        }
        let outcomes = try await queue.accept(submissions).outcomes
        for (submission, outcome) in zip(submissions, outcomes) {
            let (id, score) = (submission.response.id, submission.response.score.value)
            if erased.contains(id) {
                #expect(outcome == .unchanged(.erased))
            } else {
                let repeated = newest[id] == score ? Acceptance.unchanged(.sameContent) : .updated
                #expect(outcome == (newest[id] == nil ? .accepted : repeated))
                newest[id] = score
            }
        }
    }

    private mutating func takeClaim() -> Claim? {
        guard !claims.isEmpty else { return nil }
        return claims.remove(at: Int.random(in: 0..<claims.count, using: &generator))
    }

    private mutating func settleOne(_ queue: ResponseQueue) async throws {
        guard let claim = takeClaim() else { return }
        let soon = fixture.clock.now.addingTimeInterval(Double.random(in: 0...30, using: &generator))
        let outcome: Outcome =
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: .retry(at: soon, reason: "busy", countsAttempt: Bool.random(using: &generator))
            case 1: .ambiguous(retryAt: soon, reason: "no answer")
            case 2: .park(reason: "unknown contact")
            default: .delivered(planhatID: nil)
            }
        try await deliver(claim, outcome, queue)
    }

    private mutating func deliver(_ claim: Claim, _ outcome: Outcome, _ queue: ResponseQueue) async throws {
        let id = claim.response.id
        if case .delivered = outcome {
            // A POST for a response that Planhat has would create a second record.
            #expect(claim.mustUpsert || atPlanhat[id] == nil)
            atPlanhat[id] = claim.response.score.value
        }
        try await queue.settle([claim.verdict(outcome)])
    }

    private mutating func quarantineOrErase(_ queue: ResponseQueue) async throws {
        let number = Int.random(in: 1...30, using: &generator)
        if Bool.random(using: &generator) {
            let intake = try await queue.accept([], quarantining: [draft("\(number)")])
            if Bool.random(using: &generator) { _ = try await queue.discard(intake.quarantined) }
        } else if number <= 3 {
            let id = try submission(number).response.id
            let erasure = try await queue.erase(try submission(number).response.email)
            #expect(erasure.responses.map(\.id) == (newest[id] == nil ? [] : [id]))
            // What Planhat has is listed; what was never sent is not.
            if atPlanhat[id] != nil { #expect(erasure.remote.map(\.id) == [id]) }
            if newest[id] != nil { erased.insert(id) }
            newest[id] = nil
            guard let remote = erasure.remote.first, remote.deletableFrom != nil else { return }
            atPlanhat[id] = nil
            #expect(try await queue.confirmErasure([id]) == 1)
        }
    }

    mutating func finish(_ queue: ResponseQueue) async throws {
        for claim in claims { try await deliver(claim, .delivered(planhatID: nil), queue) }
        claims = []
        fixture.clock.advance(by: 100)
        _ = try await queue.retryParked()
        while case let due = try await queue.claim(limit: 100), !due.isEmpty {
            for claim in due { try await deliver(claim, .delivered(planhatID: nil), queue) }
        }
        for number in 1...3 {
            for remote in try await queue.erase(try submission(number).response.email).remote {
                atPlanhat[remote.id] = nil
                newest[remote.id] = nil
                erased.insert(remote.id)
            }
        }
    }
}
