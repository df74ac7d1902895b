import Foundation
import NPSModel
import NPSQueue

/// Arrivals above a line and deliveries below it, in equal spans of time: what each row of bars shows, and the same in words.
struct TrafficChart: Sendable {
    /// What came and went within one span.
    struct Span: Sendable, Hashable {
        let start: Date
        var arrivals = 0
        var deliveries = 0
    }

    /// Of the upper and of the lower half.
    private static let room = 56

    let heading: String
    let summary: String
    /// An id within the page.
    let name: String
    let width: Int
    let arrivals: String
    let deliveries: String
    let from: String
    let to: String

    /// - Parameters:
    ///   - name: also begins the names of its sentences.
    ///   - label: how a span's beginning is written.
    init(_ name: String, _ spans: [Span], _ text: Sentences, label: (Date) -> String) {
        let largest = spans.reduce(0) { max($0, $1.arrivals, $1.deliveries) }
        self.name = name
        heading = text[name + "Heading"]
        width = spans.count * BarPath.step
        arrivals = BarPath(values: spans.map(\.arrivals), largest: largest, room: Self.room).data
        deliveries = BarPath(values: spans.map(\.deliveries), largest: largest, room: Self.room, isHanging: true).data
        from = spans.first.map { label($0.start) } ?? ""
        to = spans.last.map { label($0.start) } ?? ""
        let total = text(
            "trafficTotal",
            [
                "in": text.number(spans.reduce(0) { $0 + $1.arrivals }),
                "out": text.number(spans.reduce(0) { $0 + $1.deliveries }),
            ]
        )
        let most = ["in": spans.map(\.arrivals), "out": spans.map(\.deliveries)].mapValues { $0.max() ?? 0 }
        guard largest > 0 else {
            summary = total
            return
        }
        let numbers = ["in": text.number(most["in"] ?? 0), "out": text.number(most["out"] ?? 0)] as KeyValuePairs
        summary = total + " " + text(name + "Most", numbers)
    }
}

extension TrafficChart.Span {
    /// The last 24 hours, the present one included, in UTC; those in which nothing happened, too.
    static func hours(_ traffic: [TrafficHour], until date: Date) -> [Self] {
        let present = (date.timeIntervalSince1970 / 3_600).rounded(.down)
        let starts = (0..<24).map { Date(timeIntervalSince1970: (present - 23 + Double($0)) * 3_600) }
        return sums(traffic, of: starts) { hour in hour.start }
    }

    /// The last 30 days, the present one included, in UTC.
    static func days(_ traffic: [TrafficHour], until date: Date) -> [Self] {
        let today = Day(date).rawValue
        let starts = (0..<30).map { Day(rawValue: today - 29 + $0).start }
        return sums(traffic, of: starts) { hour in Day(hour.start).start }
    }

    private static func sums(_ traffic: [TrafficHour], of starts: [Date], by start: (TrafficHour) -> Date) -> [Self] {
        var spans = Dictionary(uniqueKeysWithValues: starts.map { ($0, Self(start: $0)) })
        for hour in traffic {
            let key = start(hour)
            spans[key]?.arrivals += hour.arrivals
            spans[key]?.deliveries += hour.deliveries
        }
        return starts.compactMap { spans[$0] }
    }
}
