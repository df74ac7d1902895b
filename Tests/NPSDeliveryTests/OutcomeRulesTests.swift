import Foundation
import NPSDelivery
import NPSModel
import NPSQueue
import Testing

@Suite("What becomes of one response")
struct OutcomeRulesTests {
    private let now = Date(timeIntervalSince1970: 1_700_000_000)
    private let rules = OutcomeRules(configuration: DeliveryPlan.Configuration())

    @Test(
        "an ambiguous attempt waits the grace, later longer, and is parked only where others arrive",
        arguments: [
            (0, false, 30.0), (7, true, 30), (8, true, 300), (15, true, 300), (16, false, 300), (16, true, nil),
        ] as [(Int, Bool, TimeInterval?)]
    )
    func ambiguous(attempts: Int, isOnlyFailure: Bool, wait: TimeInterval?) throws {
        let claim = try claim(1, attempts: attempts)
        let outcome = rules.ambiguous(claim, isOnlyFailure: isOnlyFailure, "status 500", at: now)
        guard let wait else {
            #expect(outcome.isParked)
            return
        }
        #expect(outcome == .ambiguous(retryAt: now.addingTimeInterval(wait), reason: "status 500"))
    }

    @Test("a refusal parks, and keeps in mind that an earlier request may have delivered it", arguments: [false, true])
    func refused(mayHaveArrived: Bool) throws {
        let claim = try claim(1)
        var rules = self.rules
        let outcome = rules.refused(
            claim,
            of: Batch([claim], .upsert, mayHaveArrived: mayHaveArrived),
            "bad date",
            at: now
        )
        #expect(outcome == .park(reason: "bad date", mayHaveArrived: mayHaveArrived))
    }

    @Test("a duplicate is asked about by upsert, three times at most")
    func duplicate() throws {
        for (reason, isDuplicate) in [("SourceId Duplicated", false), ("status 409", true)] {
            var rules = self.rules
            // Whatever was tried before: that may have ended otherwise.
            for (attempts, isParked) in [(5, false), (6, false), (7, false), (8, true)] {
                let claim = try claim(1, attempts: attempts)
                let batch = Batch([claim], .create)
                let outcome = rules.refused(claim, of: batch, reason, isDuplicate: isDuplicate, at: now)
                #expect(outcome.isParked == isParked)
            }
        }
    }

    @Test("what is denied alone is believed at the third time")
    func denied() throws {
        var rules = self.rules
        for (attempts, isParked) in [(5, false), (6, false), (7, true)] {
            let outcome = rules.denied(try claim(1, attempts: attempts), "no", at: now)
            #expect(outcome.isParked == isParked)
        }
    }

    @Test("a response that the result leaves out is parked the second time, unless it ended otherwise in between")
    func ignored() throws {
        let one = try claim(1)
        let batch = Batch([one], .upsert)
        let nothing = try #require(BulkEnvelope().result())
        var rules = self.rules
        let first = rules.upserted(batch, nothing, at: now)
        #expect(first.verdicts.map(\.outcome.isAmbiguous) == [true])
        var forgetful = rules
        let second = rules.upserted(batch, nothing, at: now)
        #expect(second.verdicts.map(\.outcome.isParked) == [true])
        forgetful.forget(one.settled(as: .delivered(planhatID: nil)))
        let anew = forgetful.upserted(batch, nothing, at: now)
        #expect(anew.verdicts.map(\.outcome.isAmbiguous) == [true])
    }

    @Test("what a result leaves unproven is sent again, and so is a duplicate among others")
    func again() throws {
        let sent = try claims(0..<3)
        let envelope = BulkEnvelope(naming: [sent[0]], problems: [sent[1].id: "duplicated"], strayErrors: ["no"])
        var rules = self.rules
        let (verdicts, again) = rules.upserted(Batch(sent, .upsert), try #require(envelope.result()), at: now)
        #expect(verdicts == [sent[0].settled(as: .delivered(planhatID: nil))])
        #expect(again == Array(sent[1...2]))
    }
}
