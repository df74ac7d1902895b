import Foundation
import NPSModel
import NPSQueue
import PlanhatAPI
import Testing

@testable import NPSDelivery

@Suite("A request that failed as a whole")
struct RequestFailureTests {
    private static let grace: TimeInterval = 30
    private static let others = "a request failed while others got through: "

    private func failure(_ error: PlanhatError) throws -> RequestFailure { try #require(RequestFailure(error)) }

    @Test("is the API's fault in its own words, and waits while Planhat may be at it")
    func api() throws {
        let consequence = try failure(.unavailable(retryAfter: 7)).consequence(blaming: .api, grace: Self.grace)
        let reason = "Planhat is unavailable for a while (503)"
        #expect(consequence.measure == .wait(7, reason: reason))
        #expect(consequence.reason == reason && consequence.wait == Self.grace)
        let refused = try failure(.refused(.token, "The token is wrong.", status: 401))
        let pause = refused.consequence(blaming: .api, grace: Self.grace)
        #expect(pause.measure == .pause("The token is wrong. A new token is read at a restart.") && pause.wait == 0)
    }

    @Test("is the fault of a response in it, and then the others go on after a moment")
    func responses() throws {
        let limited = try failure(.rateLimited(retryAfter: 60)).consequence(blaming: .responses, grace: Self.grace)
        #expect(limited.measure == .backOff(reason: Self.others + "status 429"))
        #expect(limited.reason == Self.others + "status 429" && limited.wait == 5)
        let unclear = try failure(.ambiguous("a timeout")).consequence(blaming: .responses, grace: Self.grace)
        #expect(unclear.measure == .backOff(reason: Self.others + "a timeout") && unclear.wait == Self.grace)
    }

    @Test("of which nobody knows is a response's where the API asks to wait, and the API's otherwise")
    func unclear() throws {
        let limited = try failure(.rateLimited(retryAfter: 60)).consequence(blaming: .unclear, grace: Self.grace)
        #expect(limited.reason.hasPrefix(Self.others))
        let unclear = try failure(.ambiguous("a timeout")).consequence(blaming: .unclear, grace: Self.grace)
        #expect(unclear.measure == .backOff(reason: "a timeout") && unclear.reason == "a timeout")
    }

    @Test(
        "that one response is known to cause costs it a wait that grows, and parks it where it is the only one to fail",
        arguments: [
            (0, true, 30.0), (1, true, 60), (5, true, 900), (15, true, 900), (16, false, 900), (16, true, nil),
        ] as [(Int, Bool, TimeInterval?)]
    )
    func blamed(attempts: Int, isOnlyFailure: Bool, wait: TimeInterval?) throws {
        let now = Date(timeIntervalSince1970: 1_700_000_000)
        let rules = OutcomeRules(configuration: DeliveryPlan.Configuration())
        let outcome = rules.blamed(
            try claim(1, attempts: attempts),
            try failure(.ambiguous("a timeout")),
            isOnlyFailure: isOnlyFailure,
            countsAttempt: true,
            at: now
        )
        guard let wait else {
            #expect(outcome == .park(reason: ParkedKind.failingStart + "a timeout", mayHaveArrived: true))
            return
        }
        let reason = "fails while others get through: a timeout"
        #expect(outcome == .ambiguous(retryAt: now.addingTimeInterval(wait), reason: reason))
    }
}
