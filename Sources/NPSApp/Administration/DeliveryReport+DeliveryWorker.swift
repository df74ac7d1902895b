import NPSDelivery
import NPSServer

extension DeliveryReport {
    init(_ worker: DeliveryWorker) {
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
            deliveredPerSecond: progress.perSecond
        )
    }
}
