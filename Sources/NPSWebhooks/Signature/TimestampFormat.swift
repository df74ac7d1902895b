import Foundation
import NPSModel

/// How a scheme writes a point in time.
package enum TimestampFormat: String, Sendable, CaseIterable {
    /// Unix time.
    case seconds
    /// Unix time.
    case milliseconds
    case iso8601

    /// Nil unless the text is 1 to 15 ASCII digits, or for `iso8601` a date that `Timestamp` reads.
    func date(_ text: some StringProtocol) -> Date? {
        switch self {
        case .seconds: Self.whole(text).map { Date(timeIntervalSince1970: Double($0)) }
        case .milliseconds: Self.whole(text).map { Date(timeIntervalSince1970: Double($0) / 1000) }
        case .iso8601: Timestamp.parse(String(text))
        }
    }

    /// Dates before 1970 and after the year 9999 are clamped to that range.
    func text(_ date: Date) -> String {
        let seconds = min(max(date.timeIntervalSince1970, 0), 253_402_300_799)
        return switch self {
        case .seconds: String(Int64(seconds))
        case .milliseconds: String(Int64(seconds * 1000))
        case .iso8601: Timestamp.format(Date(timeIntervalSince1970: seconds))
        }
    }

    /// Digits only, so few that they can't overflow.
    private static func whole(_ text: some StringProtocol) -> Int64? {
        guard (1...15).contains(text.utf8.count), text.utf8.allSatisfy(\.isASCIIDigit) else { return nil }
        return Int64(text)
    }
}
