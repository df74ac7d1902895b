import Foundation
import NPSModel
import Testing

@Suite("days")
struct DayTests {
    @Test(
        "a day is written and read as in the calendar",
        arguments: [("1970-01-01", 0), ("2026-11-30", 20_787), ("2024-02-29", 19_782)]
    )
    func text(text: String, number: Int) {
        #expect(Day(text)?.rawValue == number)
        #expect(Day(rawValue: number).text == text)
    }

    @Test("what is no day is none", arguments: ["", "2026-02-30", "2026-1-1", "tomorrow!!", "2026-11-30T00"])
    func noDay(text: String) {
        #expect(Day(text) == nil)
    }

    @Test("a moment is in the day that has begun in UTC")
    func moments() {
        #expect(Day(Date(timeIntervalSince1970: 86_399.999)).rawValue == 0)
        #expect(Day(Date(timeIntervalSince1970: 86_400)).rawValue == 1)
        #expect(Day(Date(timeIntervalSince1970: -0.001)).rawValue == -1)
    }

    @Test(
        "weeks begin on Monday",
        arguments: [("2026-11-30", "2026-11-30"), ("2026-12-06", "2026-11-30"), ("1970-01-01", "1969-12-29")]
    )
    func weeks(day: String, monday: String) throws {
        let day = try #require(Timestamp.parse(day).map(Day.init))
        #expect(day.monday.text == monday)
    }

    @Test("no date breaks the arithmetic", arguments: [Double.nan, .infinity, -.infinity, 1e300])
    func bounds(seconds: Double) {
        let day = Day(Date(timeIntervalSince1970: seconds))
        #expect((-719_162...2_932_896).contains(day.rawValue))
    }
}
