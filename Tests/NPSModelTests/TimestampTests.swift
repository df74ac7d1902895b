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
