import NPSModel
import Testing

@testable import NPSSurvey

@Suite("The score at the end of a link")
struct LinkEndingTests {
    @Test(
        "is its leading digits",
        arguments: [
            ("0", 0), ("9", 9), ("10", 10), ("09", 9), ("9.", 9), ("9,", 9), ("9&utm_source=x1", 9), ("9%22", 9),
            ("9\"", 9), ("9%3E", 9), ("9=", 9), ("%39", 9), ("9%", 9), ("10)", 10), ("9.)", 9),
        ]
    )
    func clear(ending: String, score: Int) {
        #expect(Score(linkEnding: ending)?.value == score)
    }

    @Test(
        "is none where they are not clear",
        arguments: [
            "", "x", "+9", "-1", "11", "95", "9%35", "9.5", "9,5", "9.0", "%22", "9999999999999999999999", "x9", "%",
        ]
    )
    func unclear(ending: String) {
        #expect(Score(linkEnding: ending) == nil)
    }
}
