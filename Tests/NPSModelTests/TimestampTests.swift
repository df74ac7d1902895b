import Foundation
import NPSModel
import Testing

struct TimestampTests {
    @Test(
        "every millisecond survives being printed and read",
        arguments: ["1970-01-01T00:00:00", "2026-01-03T01:04:05"]
    )
    func milliseconds(second: String) {
        let texts = (0..<1_000).map { second + "." + String("00\($0)".suffix(3)) + "Z" }
        #expect(texts.map { Timestamp.parse($0).map(Timestamp.format) } == texts)
    }
}

@Test("dates are written as Foundation writes them, in leap years and before 1970 too")
func calendar() {
    var day = Date(timeIntervalSince1970: -2_208_988_800)
    while day.timeIntervalSince1970 < 7_258_118_400 {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        #expect(Timestamp.format(day) == day.formatted(style))
        day.addTimeInterval(86_400 * 13 + 3_661)
    }
}
