import CLinux
import Foundation

/// The file `PATH.backup` beside a database while a backup of it is made: where that is, so that whatever a stop or a kill
/// leaves of it is removed by the next start or the next backup. It holds people's words.
struct UnfinishedBackup: Sendable {
    private let database: String
    private let path: String

    private static let title = "nps-collector: the backup that is being made is this file; see Operations, Backup.\n"

    static func path(besideDatabase database: String) -> String { database + ".backup" }

    init(ofDatabase database: String) {
        self.database = database
        path = Self.path(besideDatabase: database)
    }

    /// To be called before anything of the backup is on the disk; it is durable when this returns.
    ///
    /// - Throws: `unmadeBackup`
    func begin(_ backup: BackupFile) throws(QueueError) {
        forget()
        do throws(QueueError) {
            try note(backup)
        } catch {
            forget()
            throw error
        }
    }

    private func note(_ backup: BackupFile) throws(QueueError) {
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw unwritable(errno) }
        defer { close(descriptor) }
        var status = stat()
        // The owner's also when root makes the backup.
        if geteuid() == 0, stat(database, &status) == 0 { _ = fchown(descriptor, status.st_uid, status.st_gid) }
        let bytes = Array((Self.title + backup.path).utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw unwritable(errno)
        }
        let directory = open(URL(filePath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw unwritable(errno) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw unwritable(errno) }
    }

    /// To be called when nothing but the whole backup is left.
    func forget() { unlink(path) }

    /// Removes what there is of a backup that was interrupted.
    ///
    /// - Returns: its whole path; nil when there was none.
    @discardableResult
    func remove() -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let text = (try? file.readToEnd()).map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard text.hasPrefix(Self.title),
            let backup = try? BackupFile(String(text.dropFirst(Self.title.count)), ofDatabase: database)
        else {
            // A stop came before it was written, and thus before there was anything.
            forget()
            return nil
        }
        guard backup.removeParts() else { return nil }
        forget()
        return backup.path
    }

    private func unwritable(_ code: Int32) -> QueueError {
        .unmadeBackup("The collector can't write \(path) (\(String(cString: strerror(code)))).")
    }
}
