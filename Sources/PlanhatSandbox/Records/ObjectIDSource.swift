import Foundation
import NPSModel
import Synchronization

/// Mints ids as MongoDB does: 4 bytes of time in seconds, 5 bytes of this process, 3 bytes of a counter, in hex.
///
/// Ids of one process never repeat within 16 million a second, and sort by time.
final class ObjectIDSource: Sendable {
    private let process: UInt64
    private let counter: Mutex<UInt32>

    init(random: inout some RandomNumberGenerator) {
        process = UInt64.random(in: 0..<(1 << 40), using: &random)
        counter = Mutex(UInt32.random(in: 0..<(1 << 24), using: &random))
    }

    func next(at date: Date) -> String {
        // Dates outside 1970–2106 have no such id; the clock that says so is wrong anyway.
        let seconds = UInt32(exactly: date.timeIntervalSince1970.rounded(.down)) ?? 0
        let count = counter.withLock { counter in
            counter = (counter &+ 1) & 0xFF_FFFF
            return counter
        }
        return Self.hex(UInt64(seconds), bytes: 4) + Self.hex(process, bytes: 5) + Self.hex(UInt64(count), bytes: 3)
    }

    /// True for 24 hex digits.
    static func isObjectID(_ text: String) -> Bool {
        text.utf8.count == 24 && Hexadecimal.decode(text) != nil
    }

    private static func hex(_ number: UInt64, bytes: Int) -> String {
        Hexadecimal.encode((0..<bytes).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) })
    }
}
