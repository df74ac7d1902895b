package import Foundation

/// How much came in and how much reached Planhat within an hour.
package struct TrafficHour: Sendable, Hashable {
    /// When it begins, in UTC.
    package let start: Date
    /// Answers and edits of them.
    package let arrivals: Int
    package let deliveries: Int

    package init(start: Date, arrivals: Int, deliveries: Int) {
        (self.start, self.arrivals, self.deliveries) = (start, arrivals, deliveries)
    }
}
