import Foundation

/// Points in time as the queue stores them: whole milliseconds since 1970, in UTC.
typealias Milliseconds = Int64

extension Milliseconds {
    /// Dates beyond what a calendar can print (and NaN) are brought back to its ends: no date is a reason to trap.
    init(_ date: Date) {
        let milliseconds = (date.timeIntervalSince1970 * 1_000).rounded()
        let year9999 = 253_402_300_799_999.0
        self = milliseconds.isNaN ? 0 : Int64(Swift.min(Swift.max(milliseconds, -year9999), year9999))
    }

    var date: Date {
        Date(timeIntervalSince1970: Double(self) / 1_000)
    }
}
