import Foundation
import Synchronization

/// Refuses new work while the disk still has room to finish the old.
final class DiskReserve: Sendable {
    private struct Look {
        let at: Milliseconds
        let isUndercut: Bool
    }

    private let directory: String
    private let bytes: Int64
    private let last = Mutex<Look?>(nil)

    /// - Parameter bytes: what has to stay free; 0 or less for no reserve.
    init(forFile path: String, bytes: Int64) {
        directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        self.bytes = bytes
    }

    /// Looks at the disk at most once a second of the given time, unless the look has to be fresh.
    func check(at now: Milliseconds, fresh: Bool = false) throws(QueueError) {
        guard bytes > 0 else { return }
        let isUndercut = last.withLock { last in
            if !fresh, let last, (.zero ..< .seconds(1)).contains(now - last.at) { return last.isUndercut }
            let look = Look(at: now, isUndercut: freeBytes() < bytes)
            last = look
            return look.isUndercut
        }
        if isUndercut { throw .diskFull }
    }

    /// What an unprivileged process may still fill. A disk that can't be asked doesn't stop the work: the write will
    /// tell.
    private func freeBytes() -> Int64 {
        var answer = statvfs()
        guard statvfs(directory, &answer) == 0 else { return .max }
        let (product, overflows) = UInt64(answer.f_bavail).multipliedReportingOverflow(by: UInt64(answer.f_frsize))
        return overflows ? .max : Int64(clamping: product)
    }
}
