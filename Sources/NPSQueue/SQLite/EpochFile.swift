import CLinux
import Foundation
import GRDB
import GRDBSQLite

/// The file `PATH.epoch` beside a database, which says which state of the queue was in use here last; see ``QueueEpoch``.
///
/// It has one sector, which is written in place: after a power cut it says what it said before, or what it was to say.
/// Written through SQLite's own file system, so that what tests do to that is done to this file, too.
///
/// To be used by one thread at a time.
final class EpochFile {
    static let size = 512

    private let database: String
    private let path: String
    /// Whether it says which file it is, so that a copy of it is recognised.
    private let namesItself: Bool
    private let boot: BootID?
    private let name: UnsafeMutablePointer<CChar>
    private let file: UnsafeMutableRawPointer
    private let vfs: UnsafeMutablePointer<sqlite3_vfs>
    private var isOpen = false

    static func path(besideDatabase path: String) -> String { path + ".epoch" }

    /// - Parameter boot: which start of the machine this is; nil where nobody knows.
    init(besideDatabase database: String, namesItself: Bool, boot: BootID? = nil) throws(QueueError) {
        self.database = database
        self.boot = boot
        path = Self.path(besideDatabase: database)
        self.namesItself = namesItself
        guard let vfs = sqlite3_vfs_find(nil) else { throw .storage("SQLite has no file system") }
        self.vfs = vfs
        // SQLite ends names with two zeros, and reads them for as long as the file is open.
        let bytes = Array(path.utf8CString) + [0, 0, 0]
        name = .allocate(capacity: bytes.count)
        name.initialize(from: bytes, count: bytes.count)
        let size = max(Int(vfs.pointee.szOsFile), MemoryLayout<sqlite3_file>.size)
        file = .allocate(byteCount: size, alignment: 16)
        file.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    }

    deinit {
        close()
        file.deallocate()
        name.deallocate()
    }

    private var methods: UnsafePointer<sqlite3_io_methods>? {
        file.assumingMemoryBound(to: sqlite3_file.self).pointee.pMethods
    }

    private func close() {
        guard isOpen else { return }
        _ = methods?.pointee.xClose(file.assumingMemoryBound(to: sqlite3_file.self))
        isOpen = false
    }

    /// What it says; nil when it isn't there, or doesn't say what it should.
    ///
    /// - Throws: when it is there and can't be read.
    func read() throws -> EpochRecord? {
        guard let data = try Self.data(path), let content = Content(data) else { return nil }
        var record = EpochRecord(lineage: content.lineage, number: content.number, hasEffects: content.hasEffects)
        if namesItself { record.isOriginal = isOriginal(content) }
        if let former = content.boot, let boot { record.isOfFormerBoot = former != boot }
        return record
    }

    /// By how much the file's time of change may differ from the one that it states.
    private static let tolerance = Duration.seconds(10)

    /// Nothing but the collector changes the file. Who copies another one over it leaves which file it is, but not when
    /// it was changed last: no program can set that.
    private func isOriginal(_ content: Content) -> Bool {
        if let birth = content.birth, let own = Self.birth(of: path), birth != own { return false }
        var status = stat()
        guard let written = content.writtenAt, stat(path, &status) == 0 else { return true }
        let changed = Milliseconds(Date(timeIntervalSince1970: TimeInterval(status.st_ctim.tv_sec)))
        return changed <= written + Self.tolerance
    }

    static func restoredAt(besideDatabase database: String) -> Milliseconds? {
        guard let data = try? data(path(besideDatabase: database)) else { return nil }
        return Content(data)?.restoredAt
    }

    /// Nil when there is no such file.
    private static func data(_ path: String) throws -> Data? {
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw QueueError.storage("\(path) can't be opened", errno: errno)
        }
        defer { Foundation.close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: size + 1)
        let count = Foundation.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw QueueError.storage("\(path) can't be read", errno: errno) }
        return Data(bytes.prefix(count))
    }

    /// Makes it say this. It is on the disk when this returns.
    ///
    /// - Parameter hasEffects: as in an `EpochRecord`.
    func write(_ epoch: QueueEpoch, hasEffects: Bool) throws {
        try open()
        let birth = namesItself ? Self.birth(of: path) : nil
        let bytes = Content(epoch, birth: birth, boot: boot, hasEffects: hasEffects).bytes
        let file = file.assumingMemoryBound(to: sqlite3_file.self)
        guard let methods else { throw failure(SQLITE_CANTOPEN) }
        let written = bytes.withUnsafeBytes { methods.pointee.xWrite(file, $0.baseAddress, CInt($0.count), 0) }
        guard written == SQLITE_OK else { throw failure(written) }
        let synced = methods.pointee.xSync(file, SQLITE_SYNC_NORMAL)
        guard synced == SQLITE_OK else { throw failure(synced) }
    }

    /// Makes sure that it can be written.
    func open() throws {
        guard !isOpen else { return }
        try create()
        // Of all kinds of files this is the one whose first sync makes its name durable, too.
        let kind = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_SUPER_JOURNAL
        let file = file.assumingMemoryBound(to: sqlite3_file.self)
        guard let code = vfs.pointee.xOpen?(vfs, name, file, kind, nil), code == SQLITE_OK else {
            throw failure(SQLITE_CANTOPEN)
        }
        isOpen = true
    }

    /// Readable by the owner only. The database's owner, also when root opens it once, for `queue move` say.
    private func create() throws {
        let descriptor = Foundation.open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            if errno == ENOSPC || errno == EDQUOT { throw failure(SQLITE_FULL) }
            return
        }
        var status = stat()
        if geteuid() == 0, stat(database, &status) == 0 { _ = fchown(descriptor, status.st_uid, status.st_gid) }
        Foundation.close(descriptor)
    }

    private func failure(_ code: CInt) -> DatabaseError {
        DatabaseError(resultCode: ResultCode(rawValue: code), message: "\(path) can't be written")
    }

    /// Which file it is, in words; nil where the file system doesn't tell.
    private static func birth(of path: String) -> String? {
        var birth = linux_birth()
        guard linux_birth_of(path, &birth) == 0 else { return nil }
        return "\(birth.inode)/\(birth.seconds).\(birth.nanoseconds)"
    }
}

extension EpochFile {
    /// Lines of a name and a value.
    private struct Content {
        var lineage: String
        var number: Int64
        var birth: String?
        /// In which start of the machine it was written.
        var boot: BootID?
        /// By the machine's clock, as the file system has it.
        var writtenAt: Milliseconds?
        var hasEffects: Bool
        var restoredAt: Milliseconds?

        private static let title =
            "nps-collector: which state of the queue was in use here last. Not for backups: see Operations, Backup."

        init(_ epoch: QueueEpoch, birth: String?, boot: BootID?, hasEffects: Bool) {
            lineage = epoch.lineage
            number = epoch.number
            restoredAt = epoch.restoredAt
            self.birth = birth
            self.boot = boot
            self.hasEffects = hasEffects
            writtenAt = Milliseconds(Date())
        }

        init?(_ data: Data) {
            guard
                data.count == EpochFile.size,
                let text = String(data: data, encoding: .utf8)
            else { return nil }
            let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
            guard lines.first == Self.title[...], lines.last == "end" else { return nil }
            var values: [Substring: String] = [:]
            for line in lines.dropFirst() {
                let parts = line.split(separator: " ", maxSplits: 1)
                if parts.count == 2 { values[parts[0]] = String(parts[1]) }
            }
            guard let lineage = values["lineage"], let number = values["number"].flatMap(Int64.init) else { return nil }
            self.lineage = lineage
            self.number = QueueEpoch(number: number).number
            birth = values["file"]
            boot = values["boot"].flatMap(BootID.init)
            hasEffects = values["effects"] != "no"
            writtenAt = values["written"].flatMap(Int64.init).map(Milliseconds.init(rawValue:))
            restoredAt = values["restored"].flatMap(Int64.init).map(Milliseconds.init(rawValue:))
        }

        /// As many as the file has, always.
        var bytes: [UInt8] {
            var lines = [Self.title, "lineage \(lineage)", "number \(number)"]
            if let birth { lines.append("file \(birth)") }
            if let boot { lines.append("boot \(boot)") }
            if let writtenAt { lines.append("written \(writtenAt.rawValue)") }
            lines.append("effects \(hasEffects ? "yes" : "no")")
            if let restoredAt { lines.append("restored \(restoredAt.rawValue)") }
            let text = Array(lines.joined(separator: "\n").utf8)
            let end = Array("\nend\n".utf8)
            let filling = max(0, EpochFile.size - text.count - end.count)
            return text + [UInt8](repeating: UInt8(ascii: "\n"), count: filling) + end
        }
    }
}
