import Foundation

/// A point in time as the queue stores it: whole milliseconds since 1970, in UTC.
///
/// Never beyond the year 9999, nor as far before 1970: dates further away (and NaN) are brought back to these ends, so
/// that no date can make arithmetic or a calendar fail.
struct Milliseconds: RawRepresentable, Sendable, Hashable, Comparable {
    private static let last: Int64 = 253_402_300_799_999

    let rawValue: Int64

    init(rawValue: Int64) {
        self.rawValue = min(max(rawValue, -Self.last), Self.last)
    }

    init(_ date: Date) {
        self.init(rounding: date.timeIntervalSince1970 * 1_000)
    }

    private init(rounding value: Double) {
        let last = Double(Self.last)
        rawValue = value.isNaN ? 0 : Int64(min(max(value.rounded(), -last), last))
    }

    var date: Date { Date(timeIntervalSince1970: Double(rawValue) / 1_000) }

    static func < (earlier: Milliseconds, later: Milliseconds) -> Bool { earlier.rawValue < later.rawValue }

    /// To the millisecond.
    static func + (time: Milliseconds, duration: Duration) -> Milliseconds {
        Milliseconds(rounding: Double(time.rawValue) + duration / .milliseconds(1))
    }

    static func - (time: Milliseconds, duration: Duration) -> Milliseconds { time + (.zero - duration) }

    /// How long after `earlier` it is; negative when it is before.
    static func - (time: Milliseconds, earlier: Milliseconds) -> Duration {
        .milliseconds(time.rawValue - earlier.rawValue)
    }
}
