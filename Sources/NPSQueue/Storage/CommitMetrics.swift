import CoreMetrics

/// What is counted of the transactions in which something came in: once for each of them, however many requests share it.
struct CommitMetrics: Sendable {
    private let duration: CoreMetrics.Timer
    private let submissions: Recorder

    init(factory: any MetricsFactory) {
        duration = CoreMetrics.Timer(label: "nps_queue_commit_duration_seconds", factory: factory)
        submissions = Recorder(label: "nps_queue_commit_submissions", factory: factory)
    }

    /// - Parameter count: submissions and payloads in it; nothing is counted for a transaction of other work.
    func record(_ count: Int, since start: ContinuousClock.Instant) {
        guard count > 0 else { return }
        let time = (ContinuousClock.now - start).components
        duration.recordNanoseconds(time.seconds * 1_000_000_000 + time.attoseconds / 1_000_000_000)
        submissions.record(count)
    }
}
