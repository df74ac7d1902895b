package import Foundation

/// Reads dates in the forms in which survey tools write them:
///
/// - ISO 8601, with or without a fraction, with `Z` or an offset: `2026-02-03T10:00:05Z`
/// - the same with a space, as Wootric and databases have it: `2026-02-03 10:00:05 -0700`
/// - the same with a zone of North America in letters: `2026-02-03 10:00:05 EST`
/// - each of them without seconds: `2026-02-03T10:00Z`
/// - each of them without a zone, which needs ``timeZone``: `2026-02-03 10:00:05`
/// - a day alone, which is its midnight in ``timeZone``, or in UTC without one: `2026-02-03`
/// - Unix time as a number or as digits, with or without a fraction, in seconds, or in milliseconds from 100,000,000,000 on
package struct DateFormats: Sendable, Hashable {
    package enum Problem: Error, Sendable, Hashable, CustomStringConvertible {
        case unreadable
        case needsTimeZone

        /// Completes the sentence that begins with the field's name.
        package var description: String {
            switch self {
            case .unreadable: "must be a date such as 2026-02-03T10:00:05Z, or Unix seconds or milliseconds"
            case .needsTimeZone: "has no time zone: give the source's file the key timezone, such as Europe/Berlin"
            }
        }
    }

    /// As seconds the year 5138, as milliseconds March 1973: numbers from here on are milliseconds.
    private static let firstMilliseconds = 100_000_000_000.0
    /// 1970 to the end of the year 9999, as for ``Timestamp``.
    private static let range = 0..<253_402_300_800.0

    /// The zone of dates that state none; nil = such a date is refused, because it could be off by a day.
    package let timeZone: TimeZone?

    package init(timeZone: TimeZone? = nil) {
        self.timeZone = timeZone
    }

    package func date(_ value: JSONValue) throws(Problem) -> Date {
        switch value {
        case .integer(let number): try Self.date(unix: Double(number))
        case .number(let number): try Self.date(unix: number)
        case .string(let text):
            // A day alone is a day of the time zone's.
            if text.utf8.count > 10, let date = PlainTimestamp.date(text) {
                date
            } else {
                try date(text.trimmingCharacters(in: .whitespaces))
            }
        default: throw .unreadable
        }
    }

    private func date(_ text: String) throws(Problem) -> Date {
        guard text.utf8.count <= 40, text.utf8.allSatisfy({ $0 < 0x80 }) else { throw .unreadable }
        if Self.isDecimal(text), let number = Double(text) { return try Self.date(unix: number) }
        let text = Self.withSeconds(Self.withoutSpaces(text))
        if let date = Timestamp.parse(text) { return text.utf8.count == 10 ? try midnight(asUTC: date) : date }
        guard let asUTC = Timestamp.parse(text + "Z"), text.utf8.count > 10 else { throw .unreadable }
        guard let timeZone else { throw .needsTimeZone }
        return try Self.inRange(Self.date(asUTC, in: timeZone))
    }

    /// A day alone is its midnight in the time zone; without one, midnight in UTC.
    private func midnight(asUTC date: Date) throws(Problem) -> Date {
        guard let timeZone else { return date }
        return try Self.inRange(Self.date(date, in: timeZone))
    }

    private static func date(unix number: Double) throws(Problem) -> Date {
        let seconds = number < firstMilliseconds ? number : number / 1000
        return try inRange(Timestamp.rounded(Date(timeIntervalSince1970: seconds)))
    }

    /// Checked last, because the zone or the rounding may move a date out of the range, where it couldn't be read again.
    private static func inRange(_ date: Date) throws(Problem) -> Date {
        guard range.contains(date.timeIntervalSince1970) else { throw .unreadable }
        return date
    }

    /// The moment at which clocks in the zone show what the given date shows in UTC. In the hour that is skipped or
    /// repeated when clocks change, it is one of the two possible moments.
    private static func date(_ shown: Date, in zone: TimeZone) -> Date {
        let guess = shown.addingTimeInterval(-Double(zone.secondsFromGMT(for: shown)))
        return shown.addingTimeInterval(-Double(zone.secondsFromGMT(for: guess)))
    }

    /// Digits, with or without a fraction.
    private static func isDecimal(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count <= 2 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(\.isASCIIDigit) }
    }

    /// `2026-02-03T10:00Z` → `2026-02-03T10:00:00Z`
    private static func withSeconds(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard bytes.count >= 16, bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
            bytes.count == 16 || [UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[16])
        else { return text }
        return String(decoding: bytes[..<16], as: UTF8.self) + ":00" + String(decoding: bytes[16...], as: UTF8.self)
    }

    /// RFC 5322 §4.3. Other zones in letters have several meanings.
    private static let zones = [
        "UTC": "Z", "GMT": "Z", "EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500", "MST": "-0700",
        "MDT": "-0600", "PST": "-0800", "PDT": "-0700",
    ]

    /// `2026-02-03 10:00:05 -0700` → `2026-02-03T10:00:05-0700`
    private static func withoutSpaces(_ text: String) -> String {
        let parts = text.split(separator: " ")
        guard parts.count == 2 || parts.count == 3, parts[0].utf8.count == 10 else { return text }
        let zone = parts.count == 3 ? String(parts[2]) : ""
        return parts[0] + "T" + parts[1] + (zones[zone] ?? zone)
    }
}
