import CLinux
import Dispatch
import Foundation
import GRDB

/// A backup on its way to its name: pages are copied to `NAME.pages`, written anew to `NAME.partial`, checked, synced and
/// renamed. Everything blocks.
struct BackupFile: Sendable {
    /// Its whole path.
    let path: String
    private let database: String
    private let unfinished: UnfinishedBackup

    var pages: String { path + ".pages" }
    private var partial: String { path + ".partial" }
    /// All that it may leave when it is interrupted.
    private var parts: [String] { [pages, pages + "-wal", pages + "-journal", partial, partial + "-journal"] }

    /// - Parameter name: a path; a relative one begins in the database's directory.
    init(_ name: String, ofDatabase database: String) throws(QueueError) {
        let directory = URL(filePath: database).deletingLastPathComponent()
        path = URL(filePath: name, relativeTo: directory).standardizedFileURL.path
        self.database = URL(filePath: database).standardizedFileURL.path
        unfinished = UnfinishedBackup(ofDatabase: self.database)
        guard !name.isEmpty, !name.contains("\0"), !name.hasSuffix("/") else {
            throw .unmadeBackup("Name a file for the backup.")
        }
        let own = OwnFiles(ofDatabase: self.database)
        guard !([path] + parts).contains(where: own.contains) else {
            throw .unmadeBackup("\(path) is the queue's own. Name another file.")
        }
    }

    /// Makes room, and an empty file to copy to. What a backup left that was interrupted is removed.
    ///
    /// - Parameter reserve: how many bytes have to stay free.
    func begin(reserve: Int64, at now: Milliseconds) throws(QueueError) {
        try refuseExisting()
        let directory = URL(filePath: path).deletingLastPathComponent().path
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue else {
            throw .unmadeBackup(
                "There is no directory \(directory) where the collector runs. Make it, or name another."
            )
        }
        let needed = 2 * size(of: database) + size(of: database + "-wal")
        do {
            try DiskReserve(forFile: path, bytes: max(0, reserve) + Int64(needed)).check(at: now, fresh: true)
        } catch {
            throw .unmadeBackup(
                """
                There isn't enough room in \(directory): it takes \(needed) bytes until the backup is done, and \
                \(max(0, reserve)) have to stay free. Free some space, or name a file on another disk.
                """
            )
        }
        // Of a backup with another name, say.
        unfinished.remove()
        removeParts()
        try unfinished.begin(self)
        for part in [pages, partial] {
            let descriptor = open(part, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else {
                let error = unwritable(part, errno)
                remove()
                throw error
            }
            close(descriptor)
        }
    }

    /// - Parameter reserve: ends the backup where less is free: what comes in needs it more.
    func syncPages(reserve: Int64, at now: Milliseconds) throws(QueueError) {
        try sync(pages)
        do { try DiskReserve(forFile: path, bytes: reserve).check(at: now, fresh: true) } catch {
            throw .unmadeBackup("The disk of \(path) became too full. Nothing of the backup is left.")
        }
    }

    /// Makes the backup of the copied pages.
    ///
    /// - Parameter reserve: as for ``syncPages(reserve:at:)``.
    func complete(
        reserve: Int64,
        _ onProgress: @escaping @Sendable (BackupProgress) -> Void
    ) throws(QueueError) -> BackupReport {
        let books: Books
        do {
            try compact(reserve: reserve, onProgress)
            onProgress(BackupProgress(step: .checking, done: 0, total: size(of: partial)))
            books = try check()
        } catch let error as QueueError {
            throw error
        } catch {
            throw .unmadeBackup("The backup couldn't be made: \(QueueError(error, path: path)) Nothing of it is left.")
        }
        try sync(partial)
        try refuseExisting()
        guard rename() else { throw unwritable(path, errno) }
        do throws(QueueError) {
            try sync(URL(filePath: path).deletingLastPathComponent().path)
        } catch {
            unlink(path)
            throw error
        }
        remove()
        let bytes = size(of: path)
        onProgress(BackupProgress(step: .checking, done: bytes, total: bytes))
        return BackupReport(file: path, bytes: bytes, books)
    }

    /// Removes what there is beside the whole backup.
    func remove() {
        if removeParts() { unfinished.forget() }
    }

    /// False when anything stays.
    @discardableResult
    func removeParts() -> Bool {
        parts.map { unlink($0) == 0 || [ENOENT, ENOTDIR, ENAMETOOLONG].contains(errno) }.allSatisfy(\.self)
    }
}

extension BackupFile {
    /// Pages are copied with what stood in them before, so that deleted words could still be read. Written anew, the backup
    /// has none, and says in its head that it needs no log.
    private func compact(
        reserve: Int64,
        _ onProgress: @escaping @Sendable (BackupProgress) -> Void
    ) throws {
        let total = size(of: pages)
        onProgress(BackupProgress(step: .compacting, done: 0, total: total))
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            _ = try Row.fetchAll(database, sql: "PRAGMA locking_mode = EXCLUSIVE")
        }
        let source = try DatabaseQueue(path: pages, configuration: configuration)
        let timer = DispatchSource.makeTimerSource(queue: .global(qos: .utility))
        timer.setEventHandler { [self] in
            onProgress(BackupProgress(step: .compacting, done: min(size(of: partial), total), total: total))
            // What comes in needs the room more.
            let disk = DiskReserve(forFile: path, bytes: reserve)
            do { try disk.check(at: Milliseconds(Date()), fresh: true) } catch { source.interrupt() }
        }
        timer.schedule(deadline: .now() + 0.5, repeating: 0.5)
        timer.resume()
        defer { timer.cancel() }
        try source.writeWithoutTransaction { database in
            try database.execute(sql: "VACUUM INTO ?", arguments: [partial])
        }
        try source.close()
        unlink(pages)
    }

    /// Reads all of it. Returns its books, which are what its rows are.
    private func check() throws -> Books {
        var configuration = Configuration()
        configuration.readonly = true
        let connection = try DatabaseQueue(path: partial, configuration: configuration)
        defer { try? connection.close() }
        return try connection.read { database in
            let finding = try String.fetchOne(database, sql: "PRAGMA integrity_check")
            guard finding == "ok" else {
                throw QueueError.damaged("SQLite finds in a copy of it: \(finding ?? "nothing")")
            }
            let statements = try StatementCache(on: database)
            guard let books = try statements.fetchOne(Books.self, Books.Columns.row) else {
                throw QueueError.damaged("its books are missing")
            }
            let (counted, named) = try (Books.counted(in: database), books.counts)
            guard counted == named else {
                throw QueueError.damaged("its books say \(named), and its rows are \(counted)")
            }
            return books
        }
    }

    private func refuseExisting() throws(QueueError) {
        var status = stat()
        guard lstat(path, &status) != 0 else {
            throw .unmadeBackup("\(path) is there already, and isn't overwritten. Name another file.")
        }
    }

    /// Never over another file. Where the file system can't promise that, nothing was there a moment ago.
    private func rename() -> Bool {
        if linux_rename_new(partial, path) == 0 { return true }
        guard errno == EINVAL || errno == ENOSYS else { return false }
        return Foundation.rename(partial, path) == 0
    }

    private func sync(_ file: String) throws(QueueError) {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unwritable(file, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw unwritable(file, errno) }
    }

    private func size(of file: String) -> Int {
        var status = stat()
        return stat(file, &status) == 0 ? Int(status.st_size) : 0
    }

    private func unwritable(_ file: String, _ code: Int32) -> QueueError {
        let directory = URL(filePath: database).deletingLastPathComponent().path
        return .unmadeBackup(
            """
            The collector can't write \(file) (\(String(cString: strerror(code)))). It writes the backup itself: under the \
            shipped unit it can write in \(directory) only.
            """
        )
    }
}

/// The files of a database, whatever name leads to them: a link, or a directory that is in two places.
private struct OwnFiles {
    private let names: Set<String>
    private let places: Set<FilePlace>
    private let directories: Set<FilePlace>

    init(ofDatabase path: String) {
        // SQLite and this program disagree on which of the two its other files stand beside.
        let databases = [path, URL(filePath: path).resolvingSymlinksInPath().path]
        let suffixes = ["", "-wal", "-shm", "-journal", ".lock", ".epoch", ".backup"]
        let files = databases.flatMap { database in suffixes.map { database + $0 } }
        names = Set(files.map { URL(filePath: $0).lastPathComponent })
        places = Set(files.compactMap(FilePlace.init))
        directories = Set(databases.compactMap { FilePlace(URL(filePath: $0).deletingLastPathComponent().path) })
    }

    func contains(_ path: String) -> Bool {
        if let place = FilePlace(path), places.contains(place) { return true }
        let url = URL(filePath: path)
        guard names.contains(url.lastPathComponent) else { return false }
        return FilePlace(url.deletingLastPathComponent().path).map(directories.contains) ?? false
    }
}

extension Books {
    /// What ``counted(in:)`` counts, as these books have it.
    fileprivate var counts: [String: Int] {
        [
            "accepted": accepted, "pending": pending, "sending": sending, "delivered": delivered, "parked": parked,
            "erased": erased, "quarantined": quarantined,
        ]
    }

    /// The rows of a file, and what its books say of those that were removed for their age.
    fileprivate static func counted(in database: Database) throws -> [String: Int] {
        let hasFormer = try database.tableExists("responses")
        var counts: [String: Int] = [:]
        for state in ResponseState.allCases {
            var sql = "SELECT (SELECT COUNT(*) FROM \(ResponseTable(of: state).rawValue) WHERE state = \(state.code))"
            if hasFormer { sql += " + (SELECT COUNT(*) FROM responses WHERE state = '\(state.rawValue)')" }
            switch state {
            case .delivered: sql += " + removed_delivered"
            case .erased: sql += " + removed_erased"
            case .pending, .sending, .parked: break
            }
            counts[state.rawValue] = try Int.fetchOne(database, sql: sql + " FROM books") ?? 0
        }
        counts["accepted"] = counts.values.reduce(0, +)
        counts["quarantined"] = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM quarantine") ?? 0
        return counts
    }
}
