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
    /// What the bars above the line are, and those below it: how many in all, and within one span at most.
    let came: String
    let went: String
    /// What the longest possible bar stands for.
    let most: String
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
        most = text.number(largest)
        came = Self.summary(spans.map(\.arrivals), name + "In", text)
        went = Self.summary(spans.map(\.deliveries), name + "Out", text)
    }

    private static func summary(_ counts: [Int], _ sentence: String, _ text: Sentences) -> String {
        text(sentence, ["count": text.number(counts.reduce(0, +)), "most": text.number(counts.max() ?? 0)])
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
