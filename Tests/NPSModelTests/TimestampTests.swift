import Foundation
import NPSModel
import Testing

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        "every millisecond survives being printed and read",
        arguments: ["1970-01-01T00:00:00", "2026-01-03T01:04:05"]
    )
    func milliseconds(second: String) {
        let texts = (0..<1_000).map { second + "." + String("00\($0)".suffix(3)) + "Z" }
        #expect(texts.map { Timestamp.parse($0).map(Timestamp.format) } == texts)
    }

    @Test(
        "dates are read with and without fraction, with Z or an offset",
        arguments: [
            ("2021-07-29T20:09:50.914Z", "2021-07-29T20:09:50.914Z"),
            ("2017-06-07T04:36:44Z", "2017-06-07T04:36:44.000Z"),
            ("2026-02-03T10:00:05.100000+00:00", "2026-02-03T10:00:05.100Z"),
            ("2026-02-03T10:00:05-07:00", "2026-02-03T17:00:05.000Z"), ("2026-02-03", "2026-02-03T00:00:00.000Z"),
        ]
    )
    func dates(text: String, normal: String) {
        #expect(Timestamp.parse(text).map(Timestamp.format) == normal)
    }

    @Test(
        "other text is no date",
        arguments: [
            "", "now", "2026-13-01", "2026-02-03T10:00:05", "2026-02-03T10:00:05.Z", "1.5", ".", "0000-00-00", "١٢",
        ]
    )
    func noDates(text: String) {
        #expect(Timestamp.parse(text) == nil)
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
}
