import NPSDelivery
import NPSModel
import NPSQueue
import Testing

@Suite("How claims are packed into batches")
struct ReadyBatchesTests {
    private func packed(
        _ claims: [Claim],
        batchBytes: Int = 8 << 20,
        allowsCreate: Bool = true,
        poison: PoisonTracker = PoisonTracker(batchSize: 4)
    ) -> [Batch] {
        var ready = ReadyBatches(batchSize: 4, batchBytes: batchBytes)
        ready.pack(claims, allowsCreate: allowsCreate, poison: poison)
        return ready.removeAll()
    }

    @Test("a lone new response is a create, unless the API is probed; an edit never is")
    func create() throws {
        let new = try claim(1)
        #expect(packed([new]) == [Batch([new], .create)])
        #expect(packed([new], allowsCreate: false) == [Batch([new], .upsert)])
        let edit = try claim(1, mustUpsert: true)
        #expect(packed([edit]) == [Batch([edit], .upsert)])
    }

    @Test("batches keep the order, the number and the bytes")
    func limits() throws {
        let claims = try claims(0..<9)
        #expect(packed(claims).map(\.claims.count) == [4, 4, 1])
        #expect(packed(claims).flatMap(\.claims) == claims)
        #expect(packed(claims, batchBytes: 1_100).map(\.claims.count) == [2, 2, 2, 2, 1])
        #expect(packed(claims, batchBytes: 1).map(\.claims.count) == Array(repeating: 1, count: 9))
    }

    @Test("a poison response is sent in smaller batches, and the others after it in full ones")
    func poison() throws {
        let claims = try claims(0..<8)
        var poison = PoisonTracker(batchSize: 4)
        for _ in 0..<3 {
            poison.failed([claims[0].id])
            poison.gotThrough([claims[7].id])
        }
        #expect(packed(claims, poison: poison).map(\.claims.count) == [1, 4, 3])
    }

    @Test("halves go first, and can't be released as unsent")
    func order() throws {
        var ready = ReadyBatches(batchSize: 4, batchBytes: 8 << 20)
        let sent = try claims(0..<8)
        ready.pack(sent, allowsCreate: true, poison: PoisonTracker(batchSize: 4))
        let first = ready.popFirst()
        #expect(first == Batch(Array(sent[0...3]), .upsert))
        ready.split(Array(sent[0...2]))
        let half = ready.popFirst()
        #expect(half == Batch(Array(sent[0...1]), .upsert, mayHaveArrived: true))
        let all = [try #require(half)] + ready.removeAll()
        #expect(
            all == [
                try #require(half), Batch([sent[2]], .upsert, mayHaveArrived: true), Batch(Array(sent[4...7]), .upsert),
            ]
        )
        ready.split([])
        let nothing = ready.popFirst()
        #expect(nothing == nil)
    }

    @Test("a 413 halves the bytes of later batches, not of one response alone")
    func tooLarge() throws {
        let comment = String(repeating: "x", count: 50_000)
        let sent = try (0..<4).map { try claim($0, comment: comment) }
        var ready = ReadyBatches(batchSize: 4, batchBytes: 8 << 20)
        ready.wasTooLarge(Batch([sent[0]], .upsert))
        ready.pack(sent, allowsCreate: true, poison: PoisonTracker(batchSize: 4))
        let whole = ready.removeAll()
        #expect(whole == [Batch(sent, .upsert)])
        ready.wasTooLarge(Batch(sent, .upsert))
        ready.pack(sent, allowsCreate: true, poison: PoisonTracker(batchSize: 4))
        let halves = ready.removeAll()
        #expect(halves.map(\.claims.count) == [2, 2])
    }
}
