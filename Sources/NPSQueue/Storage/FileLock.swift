import Foundation
import Synchronization

/// An advisory lock (flock(2)) on a file of its own, held until it is released or the process ends, however it ends.
final class FileLock: Sendable {
    private let descriptor: Mutex<Int32?>

    /// Takes the lock on `PATH.lock`, or says at once that somebody else has it.
    init(besides path: String) throws(QueueError) {
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

    /// The file stays: removing it would let two processes hold locks on two files of one name.
    func release() {
        let held = descriptor.withLock { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
        if let held { close(held) }
    }
}
