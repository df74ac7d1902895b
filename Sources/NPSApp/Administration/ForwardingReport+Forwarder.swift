import NPSDelivery
import NPSServer

extension ForwardingReport {
    init(_ forwarder: Forwarder) {
        let (condition, progress) = (forwarder.condition, forwarder.progress)
        let isHeldUp =
            switch condition {
            case .idle, .forwarding: false
            case .backingOff, .paused: true
            }
        self.init(
            state: condition.name,
            sentence: condition.description,
            isHeldUp: isHeldUp,
            deliveredLastMinute: progress.lastMinute,
            deliveredPerSecond: progress.perSecond
        )
    }
}
