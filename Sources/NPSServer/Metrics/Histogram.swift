import CoreMetrics
import Synchronization

/// Counts what is recorded by its size. To record takes two additions to atomic numbers, and neither a lock nor memory, so
/// that it may be done for every request.
///
/// What is recorded while the page is written may be in the sum and not yet in a bucket, or the other way round.
package final class Histogram: Sendable {
    private static let most = 24

    /// The metric's name with its labels.
    let name: String
    let family: String
    private let unit: Double
    private let bounds: [Int64]
    /// One more than there are bounds.
    private let buckets = InlineArray<24, Atomic<Int>> { _ in Atomic(0) }
    private let sum = Atomic<Int64>(0)

    /// - Parameter buckets: bounds beyond the 23rd are left out.
    init(family: String, name: String, buckets: Buckets) {
        self.family = family
        self.name = name
        unit = buckets.perUnit
        bounds = Array(buckets.bounds.prefix(Self.most - 1))
    }

    private func add(_ value: Int64) {
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        buckets[index].wrappingAdd(1, ordering: .relaxed)
        sum.wrappingAdd(value, ordering: .relaxed)
    }

    /// The lines of the metrics page: a cumulative count for each bound and for infinity, the sum, the count.
    var lines: [String] {
        var count = 0
        var lines: [String] = []
        for index in 0...bounds.count {
            count += buckets[index].load(ordering: .relaxed)
            let bound = index < bounds.count ? MetricsPage.text(Double(bounds[index]) / unit) : "+Inf"
            lines.append("\(named("_bucket", [("le", bound)])) \(count)")
        }
        let sum = Double(sum.load(ordering: .relaxed)) / unit
        return lines + ["\(named("_sum")) \(MetricsPage.text(sum))", "\(named("_count")) \(count)"]
    }

    private func named(_ suffix: String, _ more: [(String, String)] = []) -> String {
        let own = name.dropFirst(family.count).dropFirst().dropLast()
        let labels = (own.isEmpty ? [] : [String(own)]) + more.map { "\($0.0)=\"\($0.1)\"" }
        return family + suffix + (labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}")
    }
}

extension Histogram: TimerHandler {
    package func recordNanoseconds(_ duration: Int64) { add(duration) }
}

extension Histogram: RecorderHandler {
    package func record(_ value: Int64) { add(value) }
    package func record(_ value: Double) { add(Int64(exactly: value.rounded()) ?? 0) }
}
