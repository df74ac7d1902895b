import Foundation
import NPSDelivery
import NPSModel
import NPSQueue
import PlanhatAPI
import Testing

@Suite("What a bulk upsert's result says about each response")
struct BulkReadingTests {
    private func results(
        _ count: Int,
        status: Int = 200,
        _ envelope: (([Claim]) -> BulkEnvelope)
    ) throws -> [BulkReading.ItemResult] {
        let sent = try claims(0..<count)
        let result = try #require(envelope(sent).result(status))
        let reading = BulkReading(result, of: Batch(sent, .upsert))
        return sent.map(reading.result)
    }

    @Test("a sourceId among the keys is proof, with Planhat's id when it is told")
    func keys() throws {
        let sent = try claims(0..<2)
        let envelope = """
            {"created":1,"insertsKeys":[{"_id":"61","sourceId":"\(sent[0].id)"}],
            "updated":1,"updatesKeys":[{"sourceId":"\(sent[1].id)"}]}
            """
        let result = try #require(BulkResult(try JSONValue(parsing: Data(envelope.utf8)), status: 200))
        let reading = BulkReading(result, of: Batch(sent, .upsert))
        #expect(sent.map(reading.result) == [.delivered(planhatID: "61"), .delivered(planhatID: nil)])
    }

    @Test("counts that sum to the number sent prove all of them, errors being absent")
    func counts() throws {
        let found = try results(3) { _ in BulkEnvelope(counted: 3) }
        #expect(found == Array(repeating: .delivered(planhatID: nil), count: 3))
    }

    @Test("records that matched without a change have no key and are counted all the same")
    func nonupdates() throws {
        let found = try results(3) { sent in BulkEnvelope(naming: [sent[1]], counted: 3) }
        #expect(found == Array(repeating: .delivered(planhatID: nil), count: 3))
    }

    @Test("an error that names a response is its own, and the counts still speak for the others")
    func attributed() throws {
        let found = try results(3) { sent in BulkEnvelope(problems: [sent[1].id: "email is unknown"], counted: 2) }
        let problem = BulkReading.ItemResult.problem("Planhat refused it: email is unknown")
        #expect(found == [.delivered(planhatID: nil), problem, .delivered(planhatID: nil)])
    }

    @Test("an error that names nobody takes the proof away from all that aren't named")
    func stray() throws {
        let found = try results(3) { sent in BulkEnvelope(naming: [sent[0]], counted: 2, strayErrors: ["no"]) }
        let unproven = BulkReading.ItemResult.unproven("Planhat refused it: no")
        #expect(found == [.delivered(planhatID: nil), unproven, unproven])
    }

    @Test("the error in the answer to one response is about that response")
    func alone() throws {
        let found = try results(1) { _ in BulkEnvelope(strayErrors: ["no"]) }
        #expect(found == [.problem("Planhat refused it: no")])
    }

    @Test("counts of zero without an error are not success")
    func zero() throws {
        #expect(try results(2) { _ in BulkEnvelope() } == [.ignored, .ignored])
    }

    @Test("what the keys leave out is ignored when the counts leave it out too")
    func leftOut() throws {
        let found = try results(2) { sent in BulkEnvelope(naming: [sent[0]]) }
        #expect(found == [.delivered(planhatID: nil), .ignored])
    }

    @Test("counts that are neither all nor none prove nothing", arguments: [1, 2, 4])
    func odd(counted: Int) throws {
        #expect(try results(3) { _ in BulkEnvelope(counted: counted) } == Array(repeating: .unproven(nil), count: 3))
    }

    @Test("a key is better proof than an error that names the same response is a problem")
    func both() throws {
        let found = try results(1) { sent in BulkEnvelope(naming: [sent[0]], problems: [sent[0].id: "no"]) }
        #expect(found == [.delivered(planhatID: nil)])
    }

    @Test("a refusal that counts nothing and names nobody ignores nobody: one of several may be the reason")
    func refusedWithoutReason() throws {
        #expect(
            try results(3, status: 400) { _ in BulkEnvelope() } == Array(repeating: .unproven(nil), count: 3)
        )
        #expect(
            try results(1, status: 400) { _ in BulkEnvelope() } == [.problem("Planhat refused it without a reason")]
        )
    }
}
