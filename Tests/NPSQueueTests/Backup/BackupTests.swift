import Dispatch
import Foundation
import GRDB
import NPSModel
import Synchronization
import TestSupport
import Testing

@testable import NPSQueue

@Suite("Backups")
struct BackupTests {
    private static func names(in fixture: QueueFixture) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: fixture.directory.path).sorted()
    }

    private static func fill(_ queue: ResponseQueue, _ numbers: ClosedRange<Int>) async throws {
        for start in stride(from: numbers.lowerBound, through: numbers.upperBound, by: 500) {
            let part = start...min(start + 499, numbers.upperBound)
            _ = try await queue.accept(
                try part.map { try submission($0, comment: String(repeating: "words \($0) ", count: 40)) }
            )
        }
    }

    @Test("a backup has everything that was acknowledged before its end, while the queue goes on")
    func whileInUse() async throws {
        let fixture = try QueueFixture()
        let queue = try fixture.open { $0.truncationPause = 0.01 }
        try await Self.fill(queue, 1...4_000)
        _ = try await queue.accept([], quarantining: [draft("a"), draft("b")])
        let steps = Mutex<[BackupProgress]>([])
        // What comes in, is delivered, edited and erased meanwhile changes pages that are copied already, and others.
        let busy = Task {
            var number = 4_000
            while !Task.isCancelled {
                number += 1
                _ = try await queue.accept([try submission(number), try submission(number - 3_990, score: 1)])
                try await queue.settle(
                    try await queue.claim(limit: 20).map { $0.settled(as: .delivered(planhatID: "p")) }
                )
                _ = try await queue.erase([try submission(number - 2_000).response.id])
            }
            return number
        }
        let report = try await queue.backUp(to: "backup.db") { progress in steps.withLock { $0.append(progress) } }
        busy.cancel()
        let last = try await busy.value
        #expect(last > 4_001)
        await queue.close()
        let path = fixture.directory.appending(path: "backup.db").path
        #expect(report.file == path)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(attributes[.size] as? Int == report.bytes)
        // Complete in itself: it needs no log.
        #expect(try Data(contentsOf: URL(filePath: path))[18] == 1)
        #expect(try Self.names(in: fixture) == ["backup.db", "queue.db", "queue.db.epoch", "queue.db.lock"])
        let audit = try Audit(of: path)
        audit.check()
        #expect(audit.books["accepted"] == report.accepted && report.accepted >= 4_000)
        let copying = steps.withLock { $0.filter { $0.step == .copying } }
        #expect(copying.count > 10 && copying.last?.done == copying.last?.total)
        #expect(steps.withLock { $0.last }?.step == .checking)
    }

    @Test("a queue that is opened from a backup holds what the queue held")
    func contents() async throws {
        let fixture = try QueueFixture()
        let queue = try fixture.open()
        try await Self.fill(queue, 1...300)
        let intake = try await queue.accept([], quarantining: [draft("a"), draft("b")])
        let claims = try await queue.claim(limit: 30)
        try await queue.settle(claims.prefix(20).map { $0.settled(as: .delivered(planhatID: "p")) })
        try await queue.settle(claims.dropFirst(20).map { $0.settled(as: .park(reason: "no")) })
        _ = try await queue.erase(try EmailAddress("person7@example.com"))
        _ = try await queue.erase([try submission(100).response.id])
        _ = try await queue.observeClock(after: .zero)
        _ = try await queue.backUp(to: "backup.db")
        let status = try await queue.status()
        let items = try await queue.list(QueueFilter(limit: 1_000))
        await queue.close()
        let backup = fixture.directory.appending(path: "backup.db").path
        try FileManager.default.copyItem(atPath: fixture.path + ".epoch", toPath: backup + ".epoch")
        let restored = try fixture.open(backup)
        #expect(try await restored.status() == status)
        #expect(try await restored.list(QueueFilter(limit: 1_000)) == items)
        #expect(try await restored.quarantineEntry(intake.quarantined[0])?.body == Data("a".utf8))
        #expect(restored.personKey == queue.personKey)
        await restored.close()
    }

    @Test("a backup has no words of what was delivered or erased")
    func privacy() async throws {
        let fixture = try QueueFixture()
        // The log isn't emptied, nor the file written anew.
        let queue = try fixture.open { $0.truncationPause = 86_400 }
        try await Self.fill(queue, 1...200)
        _ = try await queue.erase(try (1...100).map { try submission($0).response.id })
        let claims = try await queue.claim(limit: 1_000)
        try await queue.settle(claims.map { $0.settled(as: .delivered(planhatID: "p")) })
        #expect(try fixture.bytes().range(of: Data("words 17".utf8)) != nil)
        _ = try await queue.backUp(to: "backup.db")
        let bytes = try Data(contentsOf: fixture.directory.appending(path: "backup.db"))
        #expect(bytes.range(of: Data("words ".utf8)) == nil)
        #expect(bytes.range(of: Data("example.com".utf8)) == nil)
        await queue.close()
    }

    @Test(
        "a file that can't be the backup's is refused, and nothing is left",
        arguments: [
            ("there.db", "is there already"), ("queue.db", "the queue's own"), ("queue.db-wal", "the queue's own"),
            ("./sub/../queue.db.epoch", "the queue's own"), ("nowhere/at/all.db", "no directory"), ("", "Name a file"),
            ("sub/", "Name a file"), ("link.db", "is there already"),
            (String(repeating: "x", count: 300), "can't write"),
        ]
    )
    func refusals(name: String, said: String) async throws {
        let fixture = try QueueFixture()
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            _ = try await queue.accept([try submission(1)])
            try Data("mine".utf8).write(to: fixture.directory.appending(path: "there.db"))
            try FileManager.default.createSymbolicLink(
                atPath: fixture.directory.appending(path: "link.db").path,
                withDestinationPath: "/nowhere"
            )
            let before = try Self.names(in: fixture)
            await #expect { _ = try await queue.backUp(to: name) } throws: { "\($0)".contains(said) }
            #expect(try Self.names(in: fixture) == before)
            #expect(try Data(contentsOf: fixture.directory.appending(path: "there.db")) == Data("mine".utf8))
        }
    }

    @Test("a backup begins only where there is room for it beside the reserve")
    func room() async throws {
        let fixture = try QueueFixture()
        try await fixture.withQueue({ $0.diskReserve = 1 << 60 }) { (queue: ResponseQueue) async throws -> Void in
            await #expect { _ = try await queue.backUp(to: "backup.db") } throws: { "\($0)".contains("enough room") }
        }
        #expect(try Self.names(in: fixture) == ["queue.db", "queue.db.epoch", "queue.db.lock"])
    }

    @Test("what a stop interrupts leaves nothing, and what a kill has left doesn't disturb")
    func interrupted() async throws {
        let fixture = try QueueFixture()
        let queue = try fixture.open()
        try await Self.fill(queue, 1...6_000)
        for part in ["backup.db.pages", "backup.db.partial"] {
            try Data("left".utf8).write(to: fixture.directory.appending(path: part))
        }
        // The lane is held after the first step, until the stop waits for it.
        let gate = DispatchSemaphore(value: 0)
        let steps = Mutex(0)
        let (copying, begins) = AsyncStream.makeStream(of: Void.self)
        let backup = Task {
            try await queue.backUp(to: "backup.db") { _ in
                let isFirst = steps.withLock { steps in
                    steps += 1
                    return steps == 1
                }
                if isFirst { queue.file?.lanes.work.async { gate.wait() } }
                begins.yield()
            }
        }
        for await _ in copying { break }
        let stop = Task.immediate { await queue.close() }
        gate.signal()
        await stop.value
        await #expect(throws: QueueError.closed) { _ = try await backup.value }
        #expect(try Self.names(in: fixture) == ["queue.db", "queue.db.epoch", "queue.db.lock"])
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            _ = try await queue.backUp(to: "backup.db")
        }
        try Audit(of: fixture.directory.appending(path: "backup.db").path).check()
    }

    @Test(
        "what a kill has left of a backup goes with the next start, and with the next backup",
        arguments: [true, false]
    )
    func killed(isStart: Bool) async throws {
        let fixture = try QueueFixture()
        let elsewhere = try TemporaryDirectory()
        let files = FileManager.default
        let left = [".pages", ".pages-journal", ".partial", ".partial-journal"].map { elsewhere.path("kept.db") + $0 }
        let queue = try fixture.open()
        let backup = try BackupFile(elsewhere.path("kept.db"), ofDatabase: fixture.path)
        try backup.begin(reserve: 0, at: Milliseconds(fixture.clock.now))
        for part in left { try Data("words".utf8).write(to: URL(filePath: part)) }
        #expect(try Self.names(in: fixture).contains("queue.db.backup"))
        if isStart {
            await queue.close()
            try await fixture.withQueue { _ in }
        } else {
            _ = try await queue.backUp(to: "other.db")
            await queue.close()
        }
        #expect(left.allSatisfy { !files.fileExists(atPath: $0) })
        #expect(try !Self.names(in: fixture).contains("queue.db.backup"))
    }

    @Test(
        "a note of a backup that a stop has interrupted while it was written names nothing to remove",
        arguments: ["", "/etc"]
    )
    func halfNote(text: String) async throws {
        let fixture = try QueueFixture()
        try Data(text.utf8).write(to: URL(filePath: fixture.path + ".backup"))
        try await fixture.withQueue { _ in }
        #expect(try Self.names(in: fixture) == ["queue.db", "queue.db.epoch", "queue.db.lock"])
    }

    @Test("the queue's own files are known by whatever name", arguments: ["link/queue.db-wal", "link/queue", "hard"])
    func otherNames(name: String) async throws {
        let fixture = try QueueFixture()
        let (files, directory) = (FileManager.default, fixture.directory)
        // Of a backup called "queue" or "hard", the pages would be the queue's.
        let database = directory.appending(path: "queue.pages").path
        let queue = try fixture.open(database)
        try files.createSymbolicLink(
            atPath: directory.appending(path: "link").path,
            withDestinationPath: directory.path
        )
        try files.linkItem(atPath: database, toPath: directory.appending(path: "hard.pages").path)
        let wanted = name.hasSuffix("-wal") ? "link/queue.pages-wal" : name
        await #expect { _ = try await queue.backUp(to: wanted) } throws: { "\($0)".contains("the queue's own") }
        #expect(files.fileExists(atPath: database))
        await queue.close()
    }

    private static func onLane(of file: SQLiteEngine, _ body: () throws -> Void) rethrows {
        try file.lanes.work.sync(execute: body)
    }

    @Test("one backup is made at a time")
    func oneAtATime() async throws {
        let fixture = try QueueFixture()
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            let file = try #require(queue.file)
            let first = fixture.directory.appending(path: "first.db").path
            #expect(FileManager.default.createFile(atPath: first, contents: nil))
            try Self.onLane(of: file) { try file.beginCopy(to: first) }
            await #expect { _ = try await queue.backUp(to: "second.db") } throws: { "\($0)".contains("already") }
            Self.onLane(of: file) { file.endCopy() }
            #expect(try await queue.backUp(to: "second.db").accepted == 0)
        }
    }

    @Test("rows of an earlier version that aren't brought over yet are in it", arguments: UpgradeTests.files)
    func formerRows(file: String) async throws {
        let fixture = try QueueFixture()
        try fixture.copy(file)
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            _ = try await queue.upgrade(limit: 7)
            let status = try await queue.status()
            let report = try await queue.backUp(to: "backup.db")
            #expect(report.accepted == status.accepted && status.upgrade != nil)
        }
        try Audit(of: fixture.directory.appending(path: "backup.db").path).check()
    }

    @Test("a queue in PostgreSQL is backed up by PostgreSQL's own tools", .enabled(if: TestCluster.shared != nil))
    func postgres() async throws {
        let fixture = try QueueFixture(.postgres)
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            await #expect { _ = try await queue.backUp(to: "backup.db") } throws: { "\($0)".contains("pg_dump") }
        }
    }
}
