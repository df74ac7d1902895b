import NPSModel
import NPSQueue

/// The score by week as a picture: a line over the weeks that have answers, and behind it how far each may be off.
struct WeekTrend: Sendable {
    /// The weeks of a year with those that it begins and ends in. Of longer periods, the last are shown.
    static let limit = 54
    let width: Int
    /// The `d` of the paths. Up is the score 100, at −100 of the picture; the middle is at 0.
    let line: String
    let margins: String
    let from: String
    let to: String
    let summary: String

    /// Nil for a single week: that is no trend.
    ///
    /// - Parameters:
    ///   - weeks: in their order; those without an answer are missing.
    ///   - first: nil for the first there is.
    init?(_ weeks: [NPSStatistics.Part<Day>], from first: Day?, through last: Day, _ text: Sentences) {
        guard let begin = first?.monday ?? weeks.first?.name else {
            return nil
        }
        let end = last.monday.rawValue
        let start = max(begin.rawValue, end - (Self.limit - 1) * 7)
        let shown = weeks.filter { $0.name.rawValue >= start }
        guard shown.count > 1 else { return nil }
        width = ((end - start) / 7 + 1) * BarPath.step
        let points = shown.compactMap { Point($0, from: start) }
        line = Self.line(points)
        margins = points.map { "M" + Self.pair($0.x, $0.top) + "V\($0.bottom)" }.joined()
        (from, to) = (Day(rawValue: start).text, last.monday.text)
        summary = text["trendSummary"]
    }

    /// A sign separates as well as a space.
    private static func pair(_ x: Int, _ y: Int) -> String { y < 0 ? "\(x)\(y)" : "\(x) \(y)" }

    /// Weeks that follow each other are joined; one alone is a dot.
    private static func line(_ points: [Point]) -> String {
        var line = ""
        var previous: Point?
        for point in points {
            if let previous, previous.x == point.x - BarPath.step {
                line += "l" + pair(BarPath.step, point.y - previous.y)
            } else {
                line += "M" + pair(point.x, point.y) + "h0"
            }
            previous = point
        }
        return line
    }
}

/// A week's place in the picture.
private struct Point {
    let x: Int
    let y: Int
    let top: Int
    let bottom: Int

    init?(_ week: NPSStatistics.Part<Day>, from start: Int) {
        guard let score = week.counts.netPromoterScore, let interval = week.counts.confidenceInterval else {
            return nil
        }
        x = (week.name.rawValue - start) / 7 * BarPath.step + BarPath.step / 2
        y = -Int(score.rounded())
        top = -Int(interval.upperBound.rounded())
        bottom = -Int(interval.lowerBound.rounded())
    }
}
