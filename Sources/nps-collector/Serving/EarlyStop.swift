import Dispatch
import Foundation
import Synchronization

/// Ends the program at SIGTERM or SIGINT while it starts, whatever the start waits for. Nothing has been promised to
/// anybody by then, and a transaction that was begun is undone. Once the services run, they stop in their order instead.
final class EarlyStop: Sendable {
    private let isOver = Atomic(false)
    private let sources = Mutex<[any DispatchSourceSignal]>([])

    /// Returns when the signals are heeded.
    ///
    /// - Parameter last: runs before the program ends with 0.
    init(_ last: @escaping @Sendable () -> Void) {
        let registration = DispatchGroup()
        sources.withLock { sources in
            // A queue of Dispatch's: the start may keep the only thread that tasks have.
            sources = [SIGTERM, SIGINT].map { DispatchSource.makeSignalSource(signal: $0, queue: .global()) }
            for source in sources {
                source.setEventHandler { [weak self] in
                    guard let self, !isOver.load(ordering: .acquiring) else { return }
                    last()
                    // Without the destructors of what other threads still use.
                    _exit(0)
                }
                registration.enter()
                source.setRegistrationHandler { registration.leave() }
                source.resume()
            }
        }
        registration.wait()
    }

    /// To be called when something else heeds the signals.
    func end() { isOver.store(true, ordering: .releasing) }
}
