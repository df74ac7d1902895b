import CLinux
import Foundation

/// Which file stands under a name. What a process has open stays the same when another one takes its name.
struct FilePlace: Sendable, Hashable {
    private let device: UInt64
    private let inode: UInt64

    /// Nil when there is none.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }
}
