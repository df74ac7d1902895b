import Foundation
import NPSDelivery
import NPSModel
import NPSQueue
import PlanhatAPI
import Testing

@Suite("A refusal that meets every response")
struct SystemicRefusalTests {
    private func refuse(_ numbers: Range<Int>, _ reason: String, _ systemic: inout SystemicRefusal) throws
        -> [SystemicRefusal.Decision]
    {
        try numbers.map { number in
            let id = try response(number).id
            return systemic.refused(id, "\(reason) (\(id.rawValue))")
        }
    }

    @Test("twenty are parked for one kind of reason; then all wait, until something gets through")
    func limit() throws {
        var systemic = SystemicRefusal()
        let parked = try (0..<20).map { try response($0).id }
        let first = try refuse(0..<20, "region is required", &systemic)
        #expect(first == Array(repeating: .park, count: 20))
        let next = try refuse(20..<22, "region is required", &systemic)
        #expect(next == [.pause(takingBack: parked), .pause(takingBack: [])])
        #expect(systemic.reason?.hasPrefix("region is required") == true)
        systemic.gotThrough()
        #expect(systemic.reason == nil)
        let again = try refuse(0..<40, "region is required", &systemic)
        #expect(again == Array(repeating: .park, count: 40))
    }

    @Test("refusals for different reasons, or with others delivered in between, are about the responses")
    func items() throws {
        var systemic = SystemicRefusal()
        for number in 0..<100 {
            let reason = number.isMultiple(of: 2) ? "region is required" : "bad date"
            let decisions = try refuse(number..<number + 1, reason, &systemic)
            #expect(decisions == [.park])
        }
        for number in 0..<100 {
            if number.isMultiple(of: 20) { systemic.gotThrough() }
            let decisions = try refuse(number..<number + 1, "region is required", &systemic)
            #expect(decisions == [.park])
        }
    }

    @Test(
        "a field that became mandatory pauses with that sentence, and everything arrives once that is over",
        arguments: [false, true],
        [1, 7, 100]
    )
    func mandatoryField(isWhole: Bool, batchSize: Int) throws {
        let queue = MemoryQueue(try claims(0..<120), batchSize: batchSize)
        var paused: Set<String> = []
        try queue.deliver { batch in
            guard queue.delivery.now.timeIntervalSince(queue.start) < 3_600 else { return .bulk(naming: batch.claims) }
            if case .paused(let sentence, _) = queue.delivery.plan.status { paused.insert(sentence) }
            guard !isWhole else { return .failed(.rejected(status: 400, "region is required")) }
            let problems = batch.claims.map { ($0.id, "region is required") }
            return .bulk(BulkEnvelope(problems: Dictionary(uniqueKeysWithValues: problems)))
        }
        #expect(queue.delivered.count == 120)
        #expect(queue.parked.isEmpty)
        #expect(queue.mostParked <= SystemicRefusal.limit)
        #expect(paused.count == 1)
        #expect(paused.first?.contains("region is required") == true)
        // Probes in an hour, and the whole before and after that.
        #expect(queue.requests.count <= 20 + 60 + 120 + 20)
    }

    @Test("what Planhat really refuses is parked in the end, and the others arrive")
    func reallyRefused() throws {
        let queue = MemoryQueue(try claims(0..<100), batchSize: 100)
        let bad = Set(queue.waiting.prefix(60).map(\.claim.id))
        try queue.deliver { batch in
            let problems = batch.ids.filter(bad.contains).map { ($0, "unknown contact") }
            let good = batch.claims.filter { !bad.contains($0.id) }
            return .bulk(BulkEnvelope(naming: good, problems: Dictionary(uniqueKeysWithValues: problems)))
        }
        #expect(queue.delivered.count == 40)
        #expect(Set(queue.parked.keys) == bad)
    }
}
