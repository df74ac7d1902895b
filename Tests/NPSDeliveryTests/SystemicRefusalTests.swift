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
        systemic.gotThrough([])
        #expect(systemic.reason == nil)
        // Those that waited are refused for their own sake, and twenty others are parked before it is believed anew.
        let again = try refuse(0..<43, "region is required", &systemic)
        #expect(again.dropLast() == Array(repeating: .park, count: 42)[...])
        #expect(again.last != .park)
    }

    @Test("another reason in between hides nothing, and the most frequent is told", arguments: [2, 3, 15])
    func mixed(every: Int) throws {
        var systemic = SystemicRefusal()
        for number in 0..<20 {
            let reason = number.isMultiple(of: every) ? "bad date" : "region is required"
            let decisions = try refuse(number..<number + 1, reason, &systemic)
            #expect(decisions == [.park])
        }
        let parked = try (0..<20).map { try response($0).id }
        let next = try refuse(20..<21, "region is required", &systemic)
        #expect(next == [.pause(takingBack: parked)])
        #expect(systemic.reason?.hasPrefix("region is required") == true)
    }

    @Test("refusals with others delivered in between are about the responses")
    func items() throws {
        var systemic = SystemicRefusal()
        for number in 0..<100 {
            if number.isMultiple(of: 20) { systemic.gotThrough([]) }
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
        // Probes in an hour, every thirty seconds at most, and the whole before and after that.
        #expect(queue.requests.count <= 20 + 120 + 120 + 20)
    }

    @Test("a systemic refusal that a second reason is mixed into parks no more than another", arguments: [1, 15, 100])
    func mixedReasons(batchSize: Int) throws {
        let claims = try claims(0..<120)
        let odd = Set(claims.enumerated().filter { $0.offset.isMultiple(of: 15) }.map(\.element.id))
        let queue = MemoryQueue(claims, batchSize: batchSize)
        var reason: String?
        try queue.deliver { batch in
            guard queue.delivery.now.timeIntervalSince(queue.start) < 3_600 else { return .bulk(naming: batch.claims) }
            if case .paused(let sentence, _) = queue.delivery.plan.status { reason = sentence }
            let problems = batch.ids.map { ($0, odd.contains($0) ? "bad date" : "region is required") }
            return .bulk(BulkEnvelope(problems: Dictionary(uniqueKeysWithValues: problems)))
        }
        #expect(queue.delivered.count == 120)
        #expect(queue.mostParked <= SystemicRefusal.limit)
        #expect(reason?.contains("region is required") == true)
    }

    /// How Planhat refuses a response.
    enum Refusal: CaseIterable {
        /// In an entry that names it.
        case entry
        /// By leaving it out.
        case silence
        /// With the whole request, and without a word of which it is.
        case whole
        /// In an entry that names nobody.
        case stray

        func answer(_ batch: Batch, bad: Set<ResponseID>) -> SendResult {
            let refused = batch.ids.filter(bad.contains)
            let good = batch.claims.filter { !bad.contains($0.id) }
            if refused.isEmpty { return .bulk(naming: good) }
            switch self {
            case .entry:
                let problems = Dictionary(uniqueKeysWithValues: refused.map { ($0, "unknown contact") })
                return .bulk(BulkEnvelope(naming: good, problems: problems))
            case .silence: return .bulk(BulkEnvelope(naming: good))
            case .whole: return .failed(.rejected(status: 400, "unknown contact"))
            case .stray: return .bulk(BulkEnvelope(naming: good, strayErrors: refused.map { _ in "unknown contact" }))
            }
        }
    }

    @Test(
        "a thousand that Planhat refuses one by one keep a good one behind them waiting for minutes and few requests",
        arguments: Refusal.allCases,
        [0, 10, 3_600] as [TimeInterval]
    )
    func refusedInRow(refusal: Refusal, arrival: TimeInterval) throws {
        let claims = try claims(0..<1_000)
        let bad = Set(claims.map(\.id))
        let queue = MemoryQueue(claims, batchSize: 100)
        let good = try claim(1_000)
        queue.add(good, after: arrival)
        var sent: [TimeInterval] = []
        try queue.deliver(limit: 1_000, until: good.id) { batch in
            sent.append(queue.delivery.now.timeIntervalSince(queue.start))
            return refusal.answer(batch, bad: bad)
        }
        let delivery = try #require(queue.deliveries[good.id])
        #expect(delivery.date.timeIntervalSince(queue.start) - arrival <= 600)
        #expect(sent.count { $0 >= arrival } <= (arrival == 0 ? 60 : 10))
    }

    @Test(
        "while good ones keep coming none waits for long, and what is refused ends parked",
        arguments: Refusal.allCases
    )
    func goodAmongRefused(refusal: Refusal) throws {
        let claims = try claims(0..<300)
        let bad = Set(claims.map(\.id))
        let queue = MemoryQueue(claims, batchSize: 100)
        let good = try (0..<36).map { try claim(1_000 + $0) }
        for (number, claim) in good.enumerated() { queue.add(claim, after: 600 * Double(number)) }
        try queue.deliver(limit: 5_000) { refusal.answer($0, bad: bad) }
        for (number, claim) in good.enumerated() {
            let delivery = try #require(queue.deliveries[claim.id])
            #expect(delivery.date.timeIntervalSince(queue.start) - 600 * Double(number) <= 600)
        }
        #expect(Set(queue.parked.keys) == bad)
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

    @Test("an answer that proves one delivered is about its responses; one that refuses all is so until it is believed")
    func judgement() throws {
        var systemic = SystemicRefusal()
        let refusals = try claims(0..<21).map { $0.settled(as: Self.refusal) }
        let delivered = try claim(50).settled(as: .delivered(planhatID: "x"))
        let mixed = systemic.judge(refusals + [delivered])
        #expect(mixed.settled == refusals + [delivered] && mixed.refused.isEmpty && mixed.takenBack.isEmpty)
        #expect(systemic.reason == nil)
        let all = systemic.judge(refusals)
        #expect(all.settled == Array(refusals.prefix(20)) && all.refused == Array(refusals.suffix(1)))
        #expect(all.takenBack == refusals.prefix(20).map(\.id))
        #expect(all.isNews && systemic.reason == "region is required")
        let again = systemic.judge(Array(refusals.suffix(1)))
        #expect(again.settled.isEmpty && again.refused == Array(refusals.suffix(1)) && !again.isNews)
    }

    @Test("what proves nothing of a response stands beside a refusal that meets every one")
    func unproven() throws {
        var systemic = SystemicRefusal()
        let refusals = try claims(0..<21).map { $0.settled(as: Self.refusal) }
        _ = systemic.judge(refusals)
        let due = Date(timeIntervalSince1970: 1_700_000_000)
        let unproven = try claim(30).settled(as: .ambiguous(retryAt: due, reason: "no record"))
        let judgement = systemic.judge([unproven] + refusals.suffix(1))
        #expect(judgement.settled == [unproven] && judgement.refused == Array(refusals.suffix(1)))
        // The pause hasn't met the other one yet.
        #expect(judgement.isNews)
    }

    private static let refusal = Outcome.park(reason: "region is required", mayHaveArrived: false)
}
