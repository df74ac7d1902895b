import Foundation
import Synchronization

/// An advisory lock (flock(2)) on a separate file, held until it is released or the process ends, however it ends.
final class FileLock: Sendable {
    private let descriptor: Mutex<Int32?>

    /// Takes the lock on `PATH.lock` without waiting for it.
    ///
    /// - Throws: `lockedByAnotherProcess` when another process has it, `storage` when the file can't be used.
    init(forDatabase path: String) throws(QueueError) {
        let file = path + ".lock"
        let opened = open(file, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard opened >= 0 else { throw .storage("\(file) can't be opened", errno: errno) }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let failure = errno
            close(opened)
            if failure == EWOULDBLOCK { throw .lockedByAnotherProcess(path: path) }
            throw .storage("\(file) can't be locked", errno: failure)
        }
        descriptor = Mutex(opened)
    }

    deinit { release() }

    /// Idempotent. The file stays: were it removed, two processes could hold locks on two files of the same name.
    func release() {
        let held = descriptor.withLock { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
        if let held { close(held) }
    }
}
