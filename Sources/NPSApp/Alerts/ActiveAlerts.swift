import NPSQueue
import Synchronization

/// The alerts that hold, for those who ask how the collector is.
final class ActiveAlerts: Sendable {
    private let sorted = Mutex<[AlertKey]>([])

    init() {}

    func replace(by keys: [AlertKey]) {
        sorted.withLock { $0 = keys.sorted() }
    }

    /// In their order.
    var keys: [AlertKey] { sorted.withLock { $0 } }
}
