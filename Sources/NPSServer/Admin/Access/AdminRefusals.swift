import CoreMetrics
import Logging
import Metrics
import Synchronization

/// Why the admin listener lets somebody not in. The raw values are labels of a metric.
enum AdminRefusal: String, CaseIterable {
    /// It is asked for under a name that may be a stranger's.
    case host
    /// A token or a password isn't the right one.
    case credentials
    /// There were too many of those.
    case rate
    /// A page of another site would change something.
    case origin
}

/// Counts who isn't let in, and says it in the log, once a minute at most for each cause. Nothing of what was sent is in either.
final class AdminRefusals: Sendable {
    private struct Silence {
        var until: ContinuousClock.Instant
        /// Refused since the last line, which it counts too once it is written.
        var unsaid = 0
    }

    private let counters: [AdminRefusal: Counter]
    private let silences = Mutex<[AdminRefusal: Silence]>([:])
    private let logger: Logger
    private let now: @Sendable () -> ContinuousClock.Instant

    init(
        factory: any MetricsFactory,
        logger: Logger,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        counters = Dictionary(
            uniqueKeysWithValues: AdminRefusal.allCases.map { cause in
                let dimensions = [("cause", cause.rawValue)]
                return (
                    cause, Counter(label: "nps_admin_refusals_total", dimensions: dimensions, factory: factory)
                )
            }
        )
        self.logger = logger
        self.now = now
    }

    func note(_ cause: AdminRefusal) {
        counters[cause]?.increment()
        let instant = now()
        let count: Int? = silences.withLock { silences in
            var silence = silences[cause] ?? Silence(until: instant)
            silence.unsaid += 1
            defer { silences[cause] = silence }
            guard instant >= silence.until else { return nil }
            defer { silence = Silence(until: instant + .seconds(60)) }
            return silence.unsaid
        }
        guard let count else { return }
        logger.warning(
            "the admin listener refused requests",
            metadata: ["cause": .string(cause.rawValue), "count": .stringConvertible(count)]
        )
    }
}
