import Foundation
import Synchronization

/// A clock that stands until a test moves it.
final class TestClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_700_000_000_000)

    var now: Date { Date(timeIntervalSince1970: Double(milliseconds.withLock { $0 }) / 1_000) }

    func advance(by seconds: Double) {
        milliseconds.withLock { $0 += Int64(seconds * 1_000) }
    }
}
