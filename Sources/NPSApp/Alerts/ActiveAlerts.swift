import NPSQueue
import Synchronization

/// The alerts that hold, for those who ask how the collector is.
final class ActiveAlerts: Sendable {
    private let keys = Mutex<[AlertKey]>([])

    init() {}

    func replace(by keys: [AlertKey]) {
        self.keys.withLock { $0 = keys.sorted() }
    }

    /// The name of each, with the source that it is about.
    var texts: [String] {
        keys.withLock { $0 }.map { $0.source.isEmpty ? $0.alert : "\($0.alert) \($0.source)" }
    }
}
