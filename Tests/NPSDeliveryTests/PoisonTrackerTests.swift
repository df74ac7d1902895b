import Foundation
import NPSDelivery
import NPSModel
import NPSQueue
import PlanhatAPI
import Testing

@Suite("Which response makes requests fail, and which only failed beside it")
struct PoisonTrackerTests {
    @Test("each failure after a success makes the batch an eighth; failures of an outage don't")
    func batchLimit() throws {
        var tracker = PoisonTracker(batchSize: 100)
        let (poison, other) = (try response(1).id, try response(2).id)
        for _ in 0..<20 { tracker.failed([poison, other]) }
        #expect(tracker.batchLimit(poison) == 100)
        var limits: [Int] = []
        while !tracker.isKnown(poison) {
            tracker.gotThrough([other])
            let blame = tracker.failed([poison])
            #expect(blame == .responses)
            limits.append(tracker.batchLimit(poison))
        }
        #expect(limits == [12, 1, 1])
        #expect(tracker.batchLimit(other) == 100)
        tracker.gotThrough([poison])
        #expect(tracker.batchLimit(poison) == 100)
        #expect(!tracker.isKnown(poison))
    }

    @Test("a few failures in a row are the responses' fault, more are the API's")
    func blame() throws {
        var tracker = PoisonTracker(batchSize: 100)
        let (poison, other) = (try response(1).id, try response(2).id)
        var blames = [tracker.failed([poison]), tracker.failed([poison]), tracker.failed([poison])]
        #expect(blames == [.api, .unclear, .api])
        tracker.gotThrough([other])
        blames = [tracker.failed([poison]), tracker.failed([other]), tracker.failed([poison])]
        #expect(blames == [.responses, .responses, .api])
    }

    static let answers: [PlanhatError] = [
        .unavailable(retryAfter: 1), .unavailable(retryAfter: 30), .ambiguous("status 503"),
        .rateLimited(retryAfter: nil), .rateLimited(retryAfter: 1), .rateLimited(retryAfter: 60),
        .ambiguous("status 408"), .ambiguous("status 425"), .ambiguous("status 500"),
        .refused(.notTheAPI, "not the API", status: 404), .refused(.permission, "no permission", status: 403),
        .refused(.token, "no token", status: 401), .refused(.redirect, "elsewhere", status: 302),
        .refused(.foreignPage, "a page", status: 200), .notFound, .rejected(status: 400, "bad"),
        .rejected(status: 413, "too large"),
    ]

    @Test(
        "one poison item among 1,000: the other 999 arrive within two minutes at 150 requests/min, whatever its answer",
        arguments: answers,
        [0, 37, 500, 900, 999]
    )
    func amongMany(error: PlanhatError, position: Int) throws {
        let claims = try claims(0..<1_000)
        let poison = claims[position].id
        let queue = MemoryQueue(claims, batchSize: 100, requestsPerMinute: 150)
        try queue.deliver(untilLeft: 1) { batch in
            batch.claims.contains { $0.id == poison } ? .failed(error) : .bulk(naming: batch.claims)
        }
        #expect(queue.delivered == Set(claims.map(\.id)).subtracting([poison]))
        #expect(queue.delivery.now.timeIntervalSince(queue.start) <= 120)
        #expect(queue.requests.count <= 60)
    }

    @Test("what comes in later passes a poison item at once", arguments: answers)
    func passing(error: PlanhatError) throws {
        let poison = try claim(0).id
        let queue = MemoryQueue(try claims(0..<200), batchSize: 100, requestsPerMinute: 150)
        func answer(_ batch: Batch) -> SendResult {
            batch.claims.contains { $0.id == poison } ? .failed(error) : .bulk(naming: batch.claims)
        }
        try queue.deliver(untilLeft: 1, answer)
        // Those that come along before it is known for sure may be in a request with it.
        var late = 0
        for number in 200..<260 {
            let arrival = queue.delivery.now
            queue.waiting.append((try claim(number), arrival))
            queue.delivery.advance(by: 0)
            try queue.deliver(limit: .max, untilLeft: queue.waiting.count - 1, answer)
            if queue.delivery.now.timeIntervalSince(arrival) > 5 { late += 1 }
            queue.delivery.advance(by: 60)
        }
        #expect(late <= 2)
        #expect(queue.delivered.count >= 258)
        #expect(queue.requests.count <= 160)
    }

    @Test("a poison item's reason tells its answer, not what that would mean for all")
    func trueReason() throws {
        let poison = try claim(5).id
        let queue = MemoryQueue(try claims(0..<100), batchSize: 100)
        try queue.deliver(watched: poison) { batch in
            batch.claims.contains { $0.id == poison }
                ? .failed(.refused(.notTheAPI, "check the address", status: 404)) : .bulk(naming: batch.claims)
        }
        #expect(queue.parked == [poison: "refused again and again while others got through: status 404"])
    }

    @Test("one that always brings the API down ends up alone, and all others arrive", arguments: [0, 37, 99])
    func poison(position: Int) throws {
        let claims = try claims(0..<100)
        let poison = claims[position].id
        let queue = MemoryQueue(claims, batchSize: 100)
        try queue.deliver(watched: poison) { batch in
            batch.claims.contains { $0.id == poison }
                ? .failed(.ambiguous("HTTP 500")) : .bulk(naming: batch.claims)
        }
        #expect(queue.delivered.isSuperset(of: claims.map(\.id).filter { $0 != poison }))
        #expect(Array(queue.parked.keys) == [poison])
    }

    @Test("one that a firewall refuses is parked in the end, and the others don't wait for it")
    func firewall() throws {
        let claims = try claims(0..<100)
        let offender = claims[5].id
        let queue = MemoryQueue(claims, batchSize: 100)
        try queue.deliver(watched: offender) { batch in
            batch.claims.contains { $0.id == offender }
                ? .failed(.refused(.token, "an HTML page answered")) : .bulk(naming: batch.claims)
        }
        #expect(queue.delivered.isSuperset(of: claims.map(\.id).filter { $0 != offender }))
        let reason = try #require(queue.parked[offender])
        #expect(reason.contains("while others got through"))
        #expect(reason.contains("an HTML page answered"))
    }

    @Test("a lasting refusal parks nobody")
    func lastingRefusal() throws {
        let queue = MemoryQueue(try claims(0..<10), batchSize: 5)
        try queue.deliver(limit: 300) { _ in .failed(.refused(.token, "Planhat refuses the token.")) }
        #expect(queue.parked.isEmpty)
        #expect(queue.waiting.count == 10)
    }

    @Test(
        "many poison items before a good one keep it waiting for minutes and few requests",
        arguments: answers.filter { $0.disposition != .rejected },
        [0, 10, 3_600] as [TimeInterval]
    )
    func manyBefore(error: PlanhatError, arrival: TimeInterval) throws {
        let claims = try claims(0..<200)
        let poison = Set(claims.map(\.id))
        let queue = MemoryQueue(claims, batchSize: 100)
        let good = try claim(1_000)
        queue.add(good, after: arrival)
        var sent: [TimeInterval] = []
        try queue.deliver(limit: 1_000, until: good.id) { batch in
            sent.append(queue.delivery.now.timeIntervalSince(queue.start))
            return batch.ids.contains(where: poison.contains) ? .failed(error) : .bulk(naming: batch.claims)
        }
        let delivery = try #require(queue.deliveries[good.id])
        // Two waits of the longest at most.
        #expect(delivery.date.timeIntervalSince(queue.start) - arrival <= (arrival > 10 ? 600 : 180))
        #expect(sent.count { $0 >= arrival } <= 5)
    }

    @Test(
        "several poison items end parked with their answer, and nothing that comes in meanwhile waits for long",
        arguments: answers.filter { $0.disposition != .rejected }
    )
    func several(error: PlanhatError) throws {
        let claims = try claims(0..<10)
        let poison = Set(claims.map(\.id))
        let queue = MemoryQueue(claims, batchSize: 100, requestsPerMinute: 150)
        let good = try (0..<1_000).map { try claim(1_000 + $0) }
        for (number, claim) in good.enumerated() { queue.add(claim, after: 60 * Double(number)) }
        try queue.deliver(limit: 5_000) { batch in
            batch.ids.contains(where: poison.contains) ? .failed(error) : .bulk(naming: batch.claims)
        }
        let waits = try good.enumerated().map { number, claim in
            try #require(queue.deliveries[claim.id]).date.timeIntervalSince(queue.start) - 60 * Double(number)
        }
        #expect(waits.max() ?? 0 <= 480)
        #expect(waits.count { $0 > 60 } <= 8)
        #expect(Set(queue.parked.keys) == poison)
        for reason in queue.parked.values { #expect(reason.contains("while others")) }
    }

    @Test("after an outage batches are full again")
    func outage() throws {
        let queue = MemoryQueue(try claims(0..<1_000), batchSize: 100)
        var left = 40
        try queue.deliver { batch in
            left -= 1
            return left >= 0 ? .failed(.ambiguous("HTTP 500")) : .bulk(naming: batch.claims)
        }
        #expect(queue.delivered.count == 1_000)
        let calm = queue.requests.dropFirst(40)
        // A probe, those that the outage left with times of their own, and ten full batches.
        #expect(calm.filter { $0 == 100 }.count >= 9)
    }

    @Test("too large is halved, and what comes later is smaller from the start")
    func tooLarge() throws {
        let comment = String(repeating: "x", count: 5_000)
        let claims = try (0..<200).map { try claim($0, comment: comment) }
        let queue = MemoryQueue(claims, batchSize: 100)
        var refusals = 0
        try queue.deliver { batch in
            guard batch.claims.count > 20 else { return .bulk(naming: batch.claims) }
            refusals += 1
            return .failed(.rejected(status: 413, "413"))
        }
        #expect(queue.delivered.count == 200)
        #expect(refusals <= 8)
    }

    @Test("what was too large once is tried larger again after many that were not")
    func largerAgain() throws {
        let comment = String(repeating: "x", count: 5_000)
        let queue = MemoryQueue(try (0..<6_000).map { try claim($0, comment: comment) }, batchSize: 100)
        var refusals = 0
        try queue.deliver { batch in
            guard refusals < 3, batch.claims.count > 10 else {
                return .bulk(naming: batch.claims)
            }
            refusals += 1
            return .failed(.rejected(status: 413, "413"))
        }
        #expect(queue.delivered.count == 6_000)
        #expect(queue.requests.suffix(5).contains(100))
    }

    @Test("one that is too large alone is parked")
    func tooLargeAlone() throws {
        let queue = MemoryQueue([try claim(1, mustUpsert: true)], batchSize: 100)
        try queue.deliver { _ in .failed(.rejected(status: 413, "413")) }
        #expect(queue.parked.count == 1)
    }
}
