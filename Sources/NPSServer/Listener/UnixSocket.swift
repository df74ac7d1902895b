// X509 imports it, and then structures of C count as its own.
import CoreFoundation
import Foundation

/// A Unix socket that listens, and its file.
///
/// Nobody can connect before its file has the mode and group that were asked for: only then does it listen. No step follows
/// a symbolic link, so that whoever may write to the directory can't turn it on another file.
struct UnixSocket: Sendable {
    /// More than the kernel allows by default (`net.core.somaxconn`), which cuts it down.
    private static let backlog: Int32 = 65_535

    /// Of Linux, in asm-generic/fcntl.h and linux/fcntl.h, which Glibc's module leaves out.
    private static let pathOnly: Int32 = 0o10_000_000
    private static let emptyPath: Int32 = 0x1000

    let descriptor: CInt
    private let file: UnixSocketFile
    private let device: dev_t
    private let inode: ino_t

    /// Replaces what a process left that was killed; what somebody listens on, or what is no socket, stays.
    ///
    /// - Throws: `cannotListen`, `noSocket` or `cannotGiveToGroup`.
    init(_ file: UnixSocketFile) throws(ServerError) {
        guard let address = UnixAddress(file.path) else { throw Self.failure(file, ENAMETOOLONG) }
        // Until this one listens: another that starts at the same time would take it for one that was left behind.
        let lock = try Self.lockDirectory(of: file)
        defer { close(lock) }
        try Self.removeStale(file, at: address)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Self.failure(file, errno) }
        guard address.withPointer({ bind(descriptor, $0, $1) }) == 0 else {
            let code = errno
            close(descriptor)
            throw Self.failure(file, code)
        }
        do throws(ServerError) {
            let status = try Self.permit(file)
            guard listen(descriptor, Self.backlog) == 0 else { throw Self.failure(file, errno) }
            (device, inode) = (status.st_dev, status.st_ino)
        } catch {
            close(descriptor)
            unlink(file.path)
            throw error
        }
        self.descriptor = descriptor
        self.file = file
    }

    /// As many connections may wait as the kernel lets.
    static func widenBacklog(of descriptor: CInt) { listen(descriptor, backlog) }

    /// Removes the file, unless another has taken its place.
    func removeFile() {
        var status = stat()
        guard lstat(file.path, &status) == 0, status.st_dev == device, status.st_ino == inode else { return }
        unlink(file.path)
    }

    /// - Returns: what holds the lock until it is closed.
    private static func lockDirectory(of file: UnixSocketFile) throws(ServerError) -> CInt {
        let directory = URL(filePath: file.path).deletingLastPathComponent().path
        let lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0 else { throw failure(file, errno) }
        guard flock(lock, LOCK_EX) == 0 else {
            let code = errno
            close(lock)
            throw failure(file, code)
        }
        return lock
    }

    private static func removeStale(_ file: UnixSocketFile, at address: UnixAddress) throws(ServerError) {
        var status = stat()
        guard lstat(file.path, &status) == 0 else {
            if errno == ENOENT { return }
            throw failure(file, errno)
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .noSocket(path: file.path) }
        switch answer(at: address) {
        case ECONNREFUSED:
            guard unlink(file.path) == 0 || errno == ENOENT else { throw failure(file, errno) }
        case ENOENT: break
        // Somebody listens, and may have no room for another connection just now.
        case 0, EAGAIN, EINPROGRESS: throw failure(file, EADDRINUSE)
        case let code: throw failure(file, code)
        }
    }

    /// What becomes of a connection: 0 or an error of connect(2).
    private static func answer(at address: UnixAddress) -> Int32 {
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let probe = socket(AF_UNIX, Int32(kind), 0)
        guard probe >= 0 else { return errno }
        defer { close(probe) }
        return address.withPointer { connect(probe, $0, $1) } == 0 ? 0 : errno
    }

    /// Sets group and mode of the very file that was made.
    private static func permit(_ file: UnixSocketFile) throws(ServerError) -> stat {
        let entry = open(file.path, pathOnly | O_NOFOLLOW | O_CLOEXEC)
        guard entry >= 0 else { throw failure(file, errno) }
        defer { close(entry) }
        var status = stat()
        guard fstat(entry, &status) == 0 else { throw failure(file, errno) }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .noSocket(path: file.path) }
        if let group = file.group, group != status.st_gid {
            guard fchownat(entry, "", uid_t.max, group, emptyPath) == 0 else {
                if errno == EPERM { throw .cannotGiveToGroup(path: file.path, group: Int(group)) }
                throw failure(file, errno)
            }
        }
        // A descriptor that was opened so takes no fchmod(2).
        guard chmod("/proc/self/fd/\(entry)", file.mode) == 0 else { throw failure(file, errno) }
        return status
    }

    static func failure(_ file: UnixSocketFile, _ code: Int32) -> ServerError {
        .cannotListen(address: file.path, setting: "http.unix-socket", code: code)
    }
}
