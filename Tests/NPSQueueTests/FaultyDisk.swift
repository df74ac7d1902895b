import Foundation
import GRDBSQLite
import Synchronization

/// A disk that fails when a test wants it to: SQLite's own file system, but for files in a watched directory `xSync`
/// and `xWrite` are counted, and fail at the chosen call. It can also record what is done to these files, to tell what
/// a power cut at any call would leave: see ``SimulatedDisk``.
enum FaultyDisk {
    enum Fault: String, CaseIterable, Sendable {
        case failedSync
        case failedWrite
        case full

        fileprivate var isAboutSync: Bool { self == .failedSync }

        fileprivate var code: CInt {
            switch self {
            case .failedSync: SQLITE_IOERR | (4 << 8)
            case .failedWrite: SQLITE_IOERR | (3 << 8)
            case .full: SQLITE_FULL
            }
        }
    }

    private struct Watch {
        var fault: Fault?
        /// Counted down to the call that fails.
        var remaining = 0
        /// Whether all later calls fail too, as on a broken disk.
        var lasts = false
        var hasHappened = false
        var syncs = 0
        var recording: DiskRecording?
    }

    private struct Disk {
        var watches: [String: Watch] = [:]
        /// By the address of SQLite's file object.
        var files: [UInt: File] = [:]
        /// Our copies of SQLite's method tables, of which it has one for databases and one for logs.
        var copies: [UInt: UInt] = [:]
    }

    private struct File {
        let directory: String
        let realMethods: UInt
        /// In the recording; nil where there is none.
        let number: Int?
        /// Whether the next sync is also one of the directory: SQLite's first sync of a log or journal that it opened.
        var syncsDirectory: Bool
    }

    private static let disk = Mutex(Disk())

    /// Registered once as SQLite's default; files outside watched directories behave as usual.
    private static let isInstalled: Bool = {
        guard let real = sqlite3_vfs_find(nil) else { return false }
        let faulty = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        faulty.initialize(to: real.pointee)
        faulty.pointee.pNext = nil
        faulty.pointee.zName = UnsafePointer(strdup("faulty"))
        faulty.pointee.xOpen = { vfs, name, file, flags, outFlags in
            guard let real = sqlite3_vfs_find("unix"), let open = real.pointee.xOpen else { return SQLITE_CANTOPEN }
            let code = open(vfs, name, file, flags, outFlags)
            if code == SQLITE_OK, let file, let name {
                FaultyDisk.adopt(file, path: String(cString: name), flags: flags)
            }
            return code
        }
        faulty.pointee.xDelete = { vfs, name, syncsDirectory in
            guard let real = sqlite3_vfs_find("unix"), let delete = real.pointee.xDelete else { return SQLITE_IOERR }
            let code = delete(vfs, name, syncsDirectory)
            if code == SQLITE_OK, let name {
                FaultyDisk.recordDeletion(ofFile: String(cString: name), syncsDirectory: syncsDirectory != 0)
            }
            return code
        }
        return sqlite3_vfs_register(faulty, 1) == SQLITE_OK
    }()

    /// - Parameter recording: gets all that is done to the files from now on. Then syncs cost nothing, since the real
    ///   files need not survive anything.
    static func watch(_ directory: URL, recording: DiskRecording? = nil) -> Bool {
        disk.withLock { $0.watches[directory.path] = Watch(recording: recording) }
        return isInstalled
    }

    static func forget(_ directory: URL) {
        disk.withLock { disk in
            disk.watches[directory.path] = nil
            disk.files = disk.files.filter { $0.value.directory != directory.path }
        }
    }

    /// Makes the given call from now fail (1 is the next): once, or all calls from it on until it is disarmed.
    static func arm(_ fault: Fault, atCall call: Int, lasting: Bool = false, in directory: URL) {
        disk.withLock { disk in
            disk.watches[directory.path]?.fault = fault
            disk.watches[directory.path]?.remaining = call
            disk.watches[directory.path]?.lasts = lasting
            disk.watches[directory.path]?.hasHappened = false
        }
    }

    /// Whether the fault has happened.
    static func disarm(in directory: URL) -> Bool {
        disk.withLock { disk in
            disk.watches[directory.path]?.fault = nil
            return disk.watches[directory.path]?.hasHappened ?? false
        }
    }

    static func syncs(in directory: URL) -> Int {
        disk.withLock { $0.watches[directory.path]?.syncs ?? 0 }
    }

    private static func adopt(_ file: UnsafeMutablePointer<sqlite3_file>, path: String, flags: CInt) {
        disk.withLock { disk in
            guard let directory = disk.watches.keys.first(where: path.hasPrefix) else { return }
            let real = UInt(bitPattern: file.pointee.pMethods)
            let logs = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL
            disk.files[UInt(bitPattern: file)] = File(
                directory: directory,
                realMethods: real,
                number: disk.watches[directory]?.recording?.open(name(of: path)),
                syncsDirectory: flags & logs != 0 && flags & SQLITE_OPEN_CREATE != 0
            )
            if disk.copies[real] == nil, let methods = file.pointee.pMethods {
                disk.copies[real] = UInt(bitPattern: patched(methods))
            }
            file.pointee.pMethods = disk.copies[real].flatMap { UnsafePointer(bitPattern: $0) }
        }
    }

    private static func name(of path: String) -> String { (path as NSString).lastPathComponent }

    private static func patched(_ methods: UnsafePointer<sqlite3_io_methods>) -> UnsafeMutablePointer<
        sqlite3_io_methods
    > {
        let copy = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        copy.initialize(to: methods.pointee)
        copy.pointee.xSync = { file, flags in
            if let code = FaultyDisk.refusal(file, isSync: true) { return code }
            if FaultyDisk.recordSync(of: file) { return SQLITE_OK }
            return FaultyDisk.real(file)?.pointee.xSync(file, flags) ?? SQLITE_IOERR
        }
        copy.pointee.xWrite = { file, bytes, count, offset in
            if let code = FaultyDisk.refusal(file, isSync: false) { return code }
            let code = FaultyDisk.real(file)?.pointee.xWrite(file, bytes, count, offset) ?? SQLITE_IOERR
            if code == SQLITE_OK {
                FaultyDisk.record(file) { number in
                    let written = UnsafeRawBufferPointer(start: bytes, count: Int(count))
                    return .write(file: number, offset: Int(offset), bytes: Array(written))
                }
            }
            return code
        }
        copy.pointee.xTruncate = { file, size in
            let code = FaultyDisk.real(file)?.pointee.xTruncate(file, size) ?? SQLITE_IOERR
            if code == SQLITE_OK { FaultyDisk.record(file) { .truncate(file: $0, size: Int(size)) } }
            return code
        }
        return copy
    }

    private static func real(_ file: UnsafeMutablePointer<sqlite3_file>?) -> UnsafePointer<sqlite3_io_methods>? {
        disk.withLock { $0.files[UInt(bitPattern: file)] }.flatMap { UnsafePointer(bitPattern: $0.realMethods) }
    }

    private static func refusal(_ file: UnsafeMutablePointer<sqlite3_file>?, isSync: Bool) -> CInt? {
        disk.withLock { disk in
            guard let directory = disk.files[UInt(bitPattern: file)]?.directory else { return nil }
            guard var watch = disk.watches[directory] else { return nil }
            defer { disk.watches[directory] = watch }
            if isSync { watch.syncs += 1 }
            guard let fault = watch.fault, fault.isAboutSync == isSync else { return nil }
            watch.remaining -= 1
            guard watch.remaining == 0 || watch.remaining < 0 && watch.lasts else { return nil }
            watch.hasHappened = true
            return fault.code
        }
    }
}

/// For recordings.
extension FaultyDisk {
    private static func record(
        _ file: UnsafeMutablePointer<sqlite3_file>?,
        _ operation: (_ number: Int) -> DiskRecording.Operation
    ) {
        let place: (DiskRecording, Int)? = disk.withLock { disk in
            guard let known = disk.files[UInt(bitPattern: file)], let number = known.number else { return nil }
            return disk.watches[known.directory]?.recording.map { ($0, number) }
        }
        if let (recording, number) = place { recording.append(operation(number)) }
    }

    /// False when nothing is recorded, so that the file has to be synced.
    private static func recordSync(of file: UnsafeMutablePointer<sqlite3_file>?) -> Bool {
        disk.withLock { disk in
            guard var known = disk.files[UInt(bitPattern: file)], let number = known.number else { return false }
            guard let recording = disk.watches[known.directory]?.recording else { return false }
            recording.append(.sync(file: number))
            if known.syncsDirectory { recording.append(.syncDirectory) }
            known.syncsDirectory = false
            disk.files[UInt(bitPattern: file)] = known
            return true
        }
    }

    private static func recordDeletion(ofFile path: String, syncsDirectory: Bool) {
        let recording = disk.withLock { disk in
            disk.watches.first { path.hasPrefix($0.key) }?.value.recording
        }
        recording?.append(.delete(name: name(of: path)))
        if syncsDirectory { recording?.append(.syncDirectory) }
    }
}
