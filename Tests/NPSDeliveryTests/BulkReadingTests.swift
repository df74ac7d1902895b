import NPSDelivery
import NPSModel
import NPSQueue
import Testing

@Suite("What a bulk answer says about each response")
struct BulkReadingTests {
    private func findings(_ count: Int, _ report: (([Claim]) -> BulkReport)) throws -> [BulkReading.ItemResult] {
        let sent = try claims(0..<count)
        let reading = BulkReading(report(sent), of: Batch(sent, .upsert))
        return sent.map(reading.finding)
    }

    @Test("a sourceId among the keys is proof, with Planhat's id when it is told")
    func keys() throws {
        let found = try findings(2) { sent in
            BulkReport(proven: [sent[0].id: .init(planhatID: "61"), sent[1].id: .init(planhatID: nil)], counted: 2)
        }
        #expect(found == [.delivered(planhatID: "61"), .delivered(planhatID: nil)])
    }

    @Test("counts that sum to the number sent prove all of them, errors being absent")
    func counts() throws {
        #expect(
            try findings(3) { _ in BulkReport(counted: 3) } == Array(repeating: .delivered(planhatID: nil), count: 3)
        )
    }

    @Test("records that matched without a change have no key and are counted all the same")
    func nonupdates() throws {
        let found = try findings(3) { sent in BulkReport(proven: [sent[1].id: .init()], counted: 3) }
        #expect(found == Array(repeating: .delivered(planhatID: nil), count: 3))
    }

    @Test("an error that names a response is its own, and the counts still speak for the others")
    func attributed() throws {
        let found = try findings(3) { sent in BulkReport(problems: [sent[1].id: "email is unknown"], counted: 2) }
        #expect(found == [.delivered(planhatID: nil), .problem("email is unknown"), .delivered(planhatID: nil)])
    }

    @Test("an error that names nobody takes the proof away from all that aren't named")
    func stray() throws {
        let found = try findings(3) { sent in
            BulkReport(proven: [sent[0].id: .init()], counted: 2, strayErrors: ["no"])
        }
        #expect(found == [.delivered(planhatID: nil), .unproven("no"), .unproven("no")])
    }

    @Test("the error in the answer to one response is about that response")
    func alone() throws {
        #expect(try findings(1) { _ in BulkReport(strayErrors: ["no"]) } == [.problem("no")])
    }

    @Test("counts of nought without an error are not success")
    func nought() throws {
        #expect(try findings(2) { _ in BulkReport() } == [.ignored, .ignored])
    }

    @Test("what the keys leave out is ignored when the counts leave it out too")
    func leftOut() throws {
        let found = try findings(2) { sent in BulkReport(proven: [sent[0].id: .init()], counted: 1) }
        #expect(found == [.delivered(planhatID: nil), .ignored])
    }

    @Test("counts that are neither all nor none prove nothing", arguments: [1, 2, 4, -1])
    func odd(counted: Int) throws {
        #expect(try findings(3) { _ in BulkReport(counted: counted) } == Array(repeating: .unproven(nil), count: 3))
    }

    @Test("a key is better proof than an error that names the same response is a problem")
    func both() throws {
        let found = try findings(1) { sent in
            BulkReport(proven: [sent[0].id: .init()], problems: [sent[0].id: "no"], counted: 1)
        }
        #expect(found == [.delivered(planhatID: nil)])
    }

    @Test("a refusal that counts nothing and names nobody ignores nobody: one of several may be the reason")
    func refusedWithoutAWord() throws {
        let sent = try claims(0..<3)
        var report = BulkReport()
        report.isSuccess = false
        let reading = BulkReading(report, of: Batch(sent, .upsert))
        #expect(sent.allSatisfy { reading.finding($0) == .unproven(nil) })
        let alone = BulkReading(report, of: Batch([sent[0]], .upsert))
        #expect(alone.finding(sent[0]) == .problem("Planhat refused it without a reason"))
    }
}
