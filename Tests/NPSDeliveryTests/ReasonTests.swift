import Foundation
import NPSDelivery
import NPSModel
import NPSQueue
import PlanhatAPI
import Testing

@Suite("Reasons in a word")
struct ReasonTests {
    @Test(
        "a pause has the reason for which Planhat, or what is in its place, refuses",
        arguments: [
            (.refused(.token, "s"), .token), (.refused(.permission, "s"), .permission),
            (.refused(.redirect, "s"), .redirect), (.refused(.tls, "s"), .tls),
            (.refused(.notTheAPI, "s"), .notTheAPI), (.refused(.foreignPage, "s"), .foreignPage),
            (.notFound, .notTheAPI),
        ] as [(PlanhatError, PauseReason)]
    )
    func pauses(error: PlanhatError, reason: PauseReason) throws {
        let delivery = PlannedDelivery()
        #expect(delivery.plan.pauseReason == nil)
        _ = try delivery.deliver(try claims(0..<2), .failed(error))
        #expect(delivery.plan.pauseReason == reason)
        _ = try delivery.waited()
        let claim = try claim(0)
        _ = try delivery.deliver([claim], .bulk(BulkEnvelope(naming: [claim])))
        #expect(delivery.plan.pauseReason == nil)
    }

    @Test("what only waits has no reason to pause", arguments: [.notSent("x"), .ambiguous("x")] as [PlanhatError])
    func waits(error: PlanhatError) throws {
        let delivery = PlannedDelivery()
        _ = try delivery.deliver(try claims(0..<2), .failed(error))
        #expect(delivery.plan.pauseReason == nil)
    }

    @Test("delivery pauses because every response is refused")
    func everyResponse() throws {
        let delivery = PlannedDelivery()
        for number in 0...20 {
            let error = PlanhatError.rejected(status: 400, "custom field missing")
            _ = try delivery.deliver([try claim(number)], .failed(error))
        }
        #expect(delivery.plan.pauseReason == .everyResponse)
    }

    @Test("a parked response has the kind of its reason, for each way to be parked")
    func kinds() throws {
        var rules = OutcomeRules(configuration: DeliveryPlan.Configuration())
        let now = Date(timeIntervalSince1970: 1_700_000_000)
        let attempts = DeliveryPlan.Configuration().attemptLimit
        let tired = try claim(1, attempts: attempts)
        let alone = Batch([tired], .upsert)
        let fresh = try claim(2)
        func parked(_ outcome: Outcome) -> ParkedKind? {
            guard case .park(let reason, _) = outcome else { return nil }
            return ParkedKind(reason: reason)
        }
        #expect(parked(rules.refused(fresh, of: alone, "Planhat refused it with status 400: no", at: now)) == .refused)
        #expect(parked(rules.ambiguous(tired, isOnlyFailure: true, "a timeout", at: now)) == .unclear)
        let denials = (0..<3).map { _ in rules.denied(fresh, PlanhatError.denied, at: now) }
        #expect(denials.map(parked) == [nil, nil, .permission])
        let nothing = try #require(BulkEnvelope().result())
        let ignored = (0..<2).flatMap { _ in rules.upserted(Batch([fresh], .upsert), nothing, at: now).verdicts }
        #expect(ignored.map { parked($0.outcome) } == [nil, .ignored])
        #expect(ParkedKind(reason: "refused again and again while others got through: status 429") == .failing)
    }
}
