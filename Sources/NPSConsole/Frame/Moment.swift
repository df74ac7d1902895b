import Foundation
import NPSModel

/// A point in time as the pages print it: the same in all languages, and aligned in a column.
struct Moment: Sendable, Hashable {
    /// For the `datetime` attribute: `2026-11-30T15:04Z`.
    let machine: String
    /// `2026-11-30 15:04`, in UTC.
    let text: String

    init(_ date: Date) {
        let full = Timestamp.format(date)
        let (day, minute) = (full.prefix(10), full.dropFirst(11).prefix(5))
        machine = "\(day)T\(minute)Z"
        text = "\(day) \(minute)"
    }
}
