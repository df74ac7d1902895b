import Foundation
import Testing

@testable import NPSApp

@Suite("When a message is posted again")
struct AlertCourierTests {
    @Test(
        "an outcome follows from the status",
        arguments: [
            (200, .delivered), (204, .delivered), (301, .failed(.refused(301))), (400, .failed(.refused(400))),
            (401, .failed(.refused(401))), (404, .failed(.gone(404))), (410, .failed(.gone(410))),
            (429, .failed(.busy(429))), (500, .failed(.busy(500))), (503, .failed(.busy(503))),
        ] as [(Int, AlertOutcome)]
    )
    func outcomes(status: Int, outcome: AlertOutcome) {
        #expect(AlertOutcome(status: status, retryAfter: nil) == outcome)
        #expect(AlertOutcome.labels.contains(outcome.label))
    }

    @Test("failures in a row wait longer and longer, a quarter of an hour at most")
    func backoff() {
        let start = ContinuousClock.now
        var courier = AlertCourier()
        var pauses: [Int] = []
        for _ in 0..<12 {
            courier.note(.failed(.unreachable), at: start, fraction: 0.999)
            pauses.append((0..<10_000).first { courier.isReady(at: start + .seconds($0)) } ?? -1)
        }
        #expect(pauses == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900])
        courier.note(.delivered, at: start, fraction: 0)
        #expect(courier.isReady(at: start))
    }

    @Test("it is never tried at once, as late as the receiver says, and an hour later where there is none")
    func pauses() {
        let start = ContinuousClock.now
        for (outcome, seconds) in [
            (AlertOutcome.failed(.unreachable), 1), (.failed(.busy(429), retryAfter: 120), 120),
            (.failed(.gone(410)), 3_600),
        ] {
            var courier = AlertCourier()
            courier.note(outcome, at: start, fraction: 0)
            #expect(!courier.isReady(at: start + .milliseconds(seconds * 1_000 - 1)))
            #expect(courier.isReady(at: start + .seconds(seconds)))
        }
    }
}
