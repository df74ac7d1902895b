import Foundation
import Testing

@testable import PlanhatAPI

@Suite("Retry-After")
struct RetryAfterTests {
    /// Wed, 21 Oct 2026 07:28:00 GMT
    private let now = Date(timeIntervalSince1970: 1_792_567_680)

    @Test(
        "seconds and the three forms of HTTP dates are read, up to 15 minutes",
        arguments: [
            ("0", 0), ("60", 60), (" 5 ", 5), ("900", 900), ("901", 900), ("99999999999999999999999", 900),
            ("Wed, 21 Oct 2026 07:28:30 GMT", 30), ("Wednesday, 21-Oct-26 07:29:00 GMT", 60),
            ("Wed Oct 21 07:28:10 2026", 10), ("Wed, 21 Oct 2026 07:27:00 GMT", 0),
            ("Thu, 22 Oct 2026 07:28:00 GMT", 900),
        ]
    )
    func read(text: String, seconds: TimeInterval) {
        #expect(RetryAfter.seconds(text, now: now) == seconds)
    }

    @Test("nothing else is", arguments: ["", " ", "soon", "-5", "1.5", "1e3", "0x10", "nan", "inf", "٥", "2026-10-21"])
    func unread(text: String) {
        #expect(RetryAfter.seconds(text, now: now) == nil)
    }
}
