import NPSDelivery
import NPSQueue
import NPSServer

extension DeliveryReport {
    private static let reasons = PauseReason.allCases.map(\.rawValue)

    /// How the worker does; of a collector that only accepts, that another one forwards.
    init(_ worker: DeliveryWorker, of queue: ResponseQueue) {
        guard queue.isForwarding else {
            self.init(
                state: "elsewhere",
                sentence: "This collector only accepts; another one that shares the database forwards, or soon does.",
                isHeldUp: false,
                pauseReasons: Self.reasons
            )
            return
        }
        let (status, progress) = (worker.status, worker.progress)
        let isHeldUp =
            switch status {
            case .idle, .forwarding: false
            case .backingOff, .paused: true
            }
        self.init(
            state: status.name,
            sentence: status.description,
            isHeldUp: isHeldUp,
            deliveredLastMinute: progress.lastMinute,
            deliveredPerSecond: progress.perSecond,
            pauseReason: worker.pauseReason?.rawValue,
            pauseReasons: Self.reasons
        )
    }
}
