import Foundation
import GRDBSQLite
import Synchronization

/// A disk that fails when a test wants it to: SQLite's own file system, but for files in a watched directory `xSync`
/// and `xWrite` are counted, and fail at the chosen call.
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
            if code == SQLITE_OK, let file, let name { FaultyDisk.adopt(file, path: String(cString: name)) }
            return code
        }
        return sqlite3_vfs_register(faulty, 1) == SQLITE_OK
    }()

    static func watch(_ directory: URL) -> Bool {
        disk.withLock { $0.watches[directory.path] = Watch() }
        return isInstalled
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

    private static func adopt(_ file: UnsafeMutablePointer<sqlite3_file>, path: String) {
        disk.withLock { disk in
            guard let directory = disk.watches.keys.first(where: path.hasPrefix) else { return }
            let real = UInt(bitPattern: file.pointee.pMethods)
            disk.files[UInt(bitPattern: file)] = File(directory: directory, realMethods: real)
            if disk.copies[real] == nil, let methods = file.pointee.pMethods {
                disk.copies[real] = UInt(bitPattern: patched(methods))
            }
            file.pointee.pMethods = disk.copies[real].flatMap { UnsafePointer(bitPattern: $0) }
        }
    }

    private static func patched(_ methods: UnsafePointer<sqlite3_io_methods>) -> UnsafeMutablePointer<
        sqlite3_io_methods
    > {
        let copy = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        copy.initialize(to: methods.pointee)
        copy.pointee.xSync = { file, flags in
            if let code = FaultyDisk.refusal(file, isSync: true) { return code }
            return FaultyDisk.real(file)?.pointee.xSync(file, flags) ?? SQLITE_IOERR
        }
        copy.pointee.xWrite = { file, bytes, count, offset in
            if let code = FaultyDisk.refusal(file, isSync: false) { return code }
            return FaultyDisk.real(file)?.pointee.xWrite(file, bytes, count, offset) ?? SQLITE_IOERR
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
