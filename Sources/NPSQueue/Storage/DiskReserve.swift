import Foundation
import Synchronization

/// Refuses new responses while the disk still has room to deliver those that are stored.
final class DiskReserve: Sendable {
    private struct Measurement {
        let at: Milliseconds
        let isBelowReserve: Bool
    }

    private let directory: String
    let bytes: Int64
    private let last = Mutex<Measurement?>(nil)

    /// - Parameter bytes: how much must stay free; 0 or less for no reserve.
    init(forFile path: String, bytes: Int64) {
        directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        self.bytes = bytes
    }

    /// Throws `diskFull` while less than the reserve is free.
    ///
    /// - Parameter fresh: measures now; otherwise a measurement of less than a second before `now` is used again.
    func check(at now: Milliseconds, fresh: Bool = false) throws(QueueError) {
        guard bytes > 0 else { return }
        let isBelowReserve = last.withLock { last in
            if !fresh, let last, (.zero ..< .seconds(1)).contains(now - last.at) { return last.isBelowReserve }
            let measurement = Measurement(at: now, isBelowReserve: freeBytes() < bytes)
            last = measurement
            return measurement.isBelowReserve
        }
        if isBelowReserve { throw .diskFull }
    }

    /// What may still be written, in bytes; nil when the file system can't be queried. Asks it each time.
    var free: Int64? {
        let bytes = freeBytes()
        return bytes == .max ? nil : bytes
    }

    /// What an unprivileged process may still fill. When the file system can't be queried, as if there were room: a
    /// write that fails then is reported as such.
    private func freeBytes() -> Int64 {
        var status = statvfs()
        guard statvfs(directory, &status) == 0 else { return .max }
        let (product, overflows) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflows ? .max : Int64(clamping: product)
    }
}
