package import Foundation

/// How many responses were delivered within the last minute, second by second.
package struct Throughput: Sendable, Hashable {
    package struct Progress: Sendable, Hashable {
        package let lastMinute: Int
        /// Since the first delivery within that minute; 0 when there was none.
        package let perSecond: Double
    }

    private struct Second: Sendable, Hashable {
        let number: Int
        var delivered: Int
    }

    private static let window = 60

    private var seconds: [Second] = []

    package init() {}

    package mutating func add(_ delivered: Int, at now: Date) {
        guard delivered > 0 else { return }
        let number = Self.number(of: now)
        seconds.removeAll { !Self.isRecent($0, at: number) }
        if let last = seconds.indices.last, seconds[last].number == number {
            seconds[last].delivered += delivered
        } else {
            seconds.append(Second(number: number, delivered: delivered))
        }
    }

    package func progress(at now: Date) -> Progress {
        let number = Self.number(of: now)
        let recent = seconds.filter { Self.isRecent($0, at: number) }
        guard let first = recent.first else { return Progress(lastMinute: 0, perSecond: 0) }
        let delivered = recent.reduce(0) { $0 + $1.delivered }
        return Progress(lastMinute: delivered, perSecond: Double(delivered) / Double(number - first.number + 1))
    }

    /// What lies in the future was counted before somebody set the clock back.
    private static func isRecent(_ second: Second, at now: Int) -> Bool {
        second.number <= now && now - second.number < window
    }

    private static func number(of date: Date) -> Int {
        Int(exactly: date.timeIntervalSince1970.rounded(.down)) ?? 0
    }
}
