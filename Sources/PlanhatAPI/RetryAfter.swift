import Foundation

/// The header `Retry-After` (RFC 9110 §10.2.3): seconds, or a date.
enum RetryAfter {
    /// Nil for what is neither; never negative, and at most 15 minutes: a far date must not stop delivery for good.
    static func seconds(_ text: String) -> TimeInterval? {
        seconds(text, now: Date())
    }

    static func seconds(_ text: String, now: Date) -> TimeInterval? {
        let seconds = Double(text).flatMap { $0.isFinite ? $0 : nil } ?? date(text)?.timeIntervalSince(now)
        return seconds.map { min(max(0, $0), 900) }
    }

    private static func date(_ text: String) -> Date? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return formatter.date(from: text)
    }
}
