import Foundation
import NPSModel
import NPSPages
import NPSQueue
import Testing

@testable import NPSConsole

@Suite("The chart of what came and went")
struct TrafficChartTests {
    /// 2026-11-30T15:30:00Z
    private let now = Date(timeIntervalSince1970: 1_796_052_600)

    private func hour(_ hoursAgo: Double, _ arrivals: Int, _ deliveries: Int) -> TrafficHour {
        let present = (now.timeIntervalSince1970 / 3_600).rounded(.down) * 3_600
        return TrafficHour(
            start: Date(timeIntervalSince1970: present - hoursAgo * 3_600),
            arrivals: arrivals,
            deliveries: deliveries
        )
    }

    @Test("has 24 hours with the present one, empty ones included, and leaves out what is older")
    func hours() {
        let spans = TrafficChart.Span.hours([hour(0, 1, 2), hour(23, 3, 4), hour(24, 5, 6)], until: now)
        #expect(spans.count == 24)
        #expect(spans.first?.arrivals == 3 && spans.last?.deliveries == 2)
        #expect(spans.reduce(0) { $0 + $1.arrivals } == 4)
        #expect(spans.last.map { Timestamp.format($0.start) }?.hasPrefix("2026-11-30T15:00:00") == true)
    }

    @Test("has 30 days with today, the hours of each added up")
    func days() {
        let spans = TrafficChart.Span.days(
            [hour(0, 1, 1), hour(15, 2, 0), hour(16, 4, 0), hour(30 * 24, 9, 9)],
            until: now
        )
        #expect(spans.count == 30)
        #expect(spans.last?.arrivals == 3)
        #expect(spans.dropLast().last?.arrivals == 4)
        #expect(spans.reduce(0) { $0 + $1.arrivals } == 7)
    }

    @Test("has one scale for both directions, and says the same in words")
    func picture() throws {
        let text = try SentenceCatalogue(ConsoleFiles().catalogues)[.english]
        let spans = TrafficChart.Span.hours([hour(1, 1_000, 500), hour(0, 500, 1_000)], until: now)
        let chart = TrafficChart("day", spans, text) { String(Moment($0).text.suffix(5)) }
        #expect(chart.arrivals == "M0 0h220V-56h10V-28h10V0")
        #expect(chart.deliveries == "M0 0h220V28h10V56h10V0")
        #expect(chart.most == "1,000")
        #expect(chart.came == "Above, what came in: 1,500; at most 1,000 an hour.")
        #expect(chart.went == "Below, what was delivered: 1,500; at most 1,000 an hour.")
        #expect(chart.from == "16:00" && chart.to == "15:00")
        let nothing = TrafficChart("day", TrafficChart.Span.hours([], until: now), text) { "\($0)" }
        #expect(nothing.arrivals.isEmpty && nothing.most == "0")
    }
}
