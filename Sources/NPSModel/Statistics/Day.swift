package import Foundation

/// A day of the calendar in UTC.
package struct Day: RawRepresentable, Sendable, Hashable, Comparable {
    /// Days since 1 January 1970.
    package let rawValue: Int

    package init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// The day that the point in time is in. What is beyond the years 0 to 9999, or no number, is brought back to these ends.
    package init(_ date: Date) {
        let days = (date.timeIntervalSince1970 / 86_400).rounded(.down)
        let last = 2_932_896.0
        self.init(rawValue: days.isNaN ? 0 : Int(min(max(days, -719_162), last)))
    }

    /// Reads `2026-11-30`; nil for everything else.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 10, let date = Timestamp.parse(String(text)) else { return nil }
        self.init(date)
    }

    /// Its first moment.
    package var start: Date { Date(timeIntervalSince1970: Double(rawValue) * 86_400) }

    /// `2026-11-30`
    package var text: String { String(decoding: Timestamp.format(start).utf8.prefix(10), as: UTF8.self) }

    /// The Monday of its week (ISO 8601).
    package var monday: Day {
        // 1 January 1970 was a Thursday.
        let sinceMonday = ((rawValue + 3) % 7 + 7) % 7
        return Day(rawValue: rawValue - sinceMonday)
    }

    package static func < (earlier: Day, later: Day) -> Bool { earlier.rawValue < later.rawValue }
}
