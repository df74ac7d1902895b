import Dispatch
import Foundation
import Synchronization

/// What the forwarder waits for: an arrival, a moment, or the end. Several signals at once are one.
final class Wakeups: Sendable {
    let signals: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let dispatch = DispatchQueue(label: "nps.forwarder.timer")
    private let timer = Mutex<(any DispatchSourceTimer)?>(nil)

    init() {
        (signals, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func signal() {
        continuation.yield()
    }

    /// Replaces the moment set before; nil = only arrivals count.
    func wake(after seconds: TimeInterval?) {
        timer.withLock { timer in
            timer?.cancel()
            timer = nil
            guard let seconds else { return }
            let new = DispatchSource.makeTimerSource(queue: dispatch)
            // A day is as good as for ever: whatever is due later is looked at again then.
            new.schedule(deadline: .now() + min(max(0, seconds), 86_400), leeway: .milliseconds(20))
            new.setEventHandler { [weak self] in self?.signal() }
            new.resume()
            timer = new
        }
    }

    func end() {
        wake(after: nil)
        continuation.finish()
    }
}
