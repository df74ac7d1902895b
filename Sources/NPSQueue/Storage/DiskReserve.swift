import Foundation
import Synchronization

/// Refuses new responses while the disk still has room to deliver those that are stored.
final class DiskReserve: Sendable {
    private struct Measurement {
        let at: Milliseconds
        let free: Int64
    }

    private let directory: String
    let bytes: Int64
    private let last = Mutex<Measurement?>(nil)

    /// - Parameter bytes: how much must stay free; 0 or less for no reserve.
    init(forFile path: String, bytes: Int64) {
        directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        self.bytes = bytes
    }

    /// Throws `belowReserve` while less than the reserve is free.
    ///
    /// - Parameter fresh: measures now; otherwise a measurement of less than a second before `now` is used again.
    func check(at now: Milliseconds, fresh: Bool = false) throws(QueueError) {
        guard bytes > 0 else { return }
        let free = last.withLock { last in
            if !fresh, let last, (.zero ..< .seconds(1)).contains(now - last.at) { return last.free }
            let measurement = Measurement(at: now, free: freeBytes())
            last = measurement
            return measurement.free
        }
        if free < bytes { throw .belowReserve(directory: directory, free: free, wanted: bytes) }
    }

    /// What a write says that found the disk full, with the figures as they are now.
    func explained(_ error: QueueError) -> QueueError {
        guard error == .diskFull, bytes > 0, let space, space.free < bytes else { return error }
        return .belowReserve(directory: directory, free: space.free, wanted: bytes)
    }

    /// What the disk holds, and what an unprivileged process may still fill of it, in bytes; nil when the file system can't
    /// be queried. Asks it each time.
    var space: (free: Int64, size: Int64)? {
        var status = statvfs()
        guard statvfs(directory, &status) == 0 else { return nil }
        return (Self.bytes(status.f_bavail, status), Self.bytes(status.f_blocks, status))
    }

    /// When the file system can't be queried, as if there were room: a write that fails then is reported as such.
    private func freeBytes() -> Int64 { space?.free ?? .max }

    private static func bytes(_ blocks: UInt, _ status: statvfs) -> Int64 {
        let (product, overflows) = UInt64(blocks).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflows ? .max : Int64(clamping: product)
    }
}
