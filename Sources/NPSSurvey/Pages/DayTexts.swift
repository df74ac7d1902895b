import Foundation
import NPSPages
import Synchronization

/// Days as the pages print them. They are kept once they were formatted, which takes longer than all else about a page.
final class DayTexts: Sendable {
    /// As many are kept; then all are forgotten.
    private static let capacity = 2_048

    private struct Key: Hashable {
        let language: Language
        /// Since 1970.
        let day: Double
    }

    private let texts = Mutex<[Key: (day: String, date: String)]>([:])

    /// - Returns: the day in UTC, since the person's time zone is unknown: `2026-11-23` for the `datetime` attribute, and
    ///   in words.
    subscript(date: Date, language: Language) -> (day: String, date: String) {
        let key = Key(language: language, day: (date.timeIntervalSince1970 / 86_400).rounded(.down))
        if let known = texts.withLock({ $0[key] }) { return known }
        let text = (date.formatted(.iso8601.year().month().day()), date.formatted(Self.style(language)))
        texts.withLock { texts in
            if texts.count >= Self.capacity { texts = [:] }
            texts[key] = text
        }
        return text
    }

    private static func style(_ language: Language) -> Date.FormatStyle {
        Date.FormatStyle(
            date: .long,
            time: .omitted,
            locale: Locale(identifier: language.tag),
            calendar: Calendar(identifier: .gregorian),
            timeZone: .gmt
        )
    }
}
