import Foundation
import GRDB
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

@Suite("Files that were put back")
struct RestoringTests {
    /// How an earlier state comes back.
    enum Way: CaseIterable {
        /// Copied while no collector ran.
        case copied
        /// Copied with its log while one ran.
        case copiedWhileRunning
        case backedUp
    }

    private static let suffixes = ["", "-wal", ".epoch"]

    private static func copy(_ path: String, to copy: String, _ suffixes: [String]) throws {
        let files = FileManager.default
        for suffix in suffixes {
            try? files.removeItem(atPath: copy + suffix)
            if files.fileExists(atPath: path + suffix) {
                try files.copyItem(atPath: path + suffix, toPath: copy + suffix)
            }
        }
    }

    /// Two wait in what is kept; both are delivered after that, and a third that it has never heard of. Then it is put back.
    private static func putBack(_ way: Way, in fixture: QueueFixture) async throws {
        let kept = fixture.directory.appending(path: "kept.db").path
        var queue = try fixture.open()
        _ = try await queue.accept([try submission(1), try submission(2)])
        switch way {
        case .copied:
            await queue.close()
            try copy(fixture.path, to: kept, ["", "-wal"])
            queue = try fixture.open()
        case .copiedWhileRunning: try copy(fixture.path, to: kept, ["", "-wal"])
        case .backedUp: _ = try await queue.backUp(to: kept)
        }
        _ = try await queue.accept([try submission(3)])
        #expect(try await queue.claim(limit: 10).map(\.mustUpsert) == [false, false, false])
        try await queue.settle(
            try (1...3).map { number in
                Verdict(id: try submission(number).response.id, revision: 1, outcome: .delivered(planhatID: nil))
            }
        )
        await queue.close()
        try copy(kept, to: fixture.path, ["", "-wal"])
    }

    private static let grace = TimeInterval(60 + 50)

    @Test(
        "whatever a file that was put back takes for unsent is upserted, and what comes again, too",
        arguments: Way.allCases
    )
    func upserts(way: Way) async throws {
        let fixture = try QueueFixture()
        try await Self.putBack(way, in: fixture)
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.status().restoration?.foundAt == fixture.clock.now)
            // A request from before may still be at work.
            #expect(try await queue.claim(limit: 10).isEmpty)
            #expect(try await queue.nextDue() == fixture.clock.now.addingTimeInterval(Self.grace))
            _ = try await queue.accept([try submission(3)])
            fixture.clock.advance(by: Self.grace)
            let claims = try await queue.claim(limit: 10)
            #expect(claims.map(\.mustUpsert) == [true, true, true])
            try await queue.settle(claims.map { $0.verdict(.delivered(planhatID: nil)) })
        }
        try fixture.audit()
        // And from then on.
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.status().restoration != nil)
            _ = try await queue.accept([try submission(4)])
            #expect(try await queue.claim(limit: 10).map(\.mustUpsert) == [true])
        }
    }

    @Test("who is erased from a file that was put back may be at Planhat")
    func erasure() async throws {
        let fixture = try QueueFixture()
        try await Self.putBack(.copied, in: fixture)
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            let erasure = try await queue.erase([try submission(1).response.id])
            #expect(erasure == 1)
            #expect(try await queue.status().unconfirmed == 1)
            // What the lost state has sent may arrive after a deletion at Planhat, and would stay there.
            let erased = try await queue.unconfirmedErasures(after: nil, limit: 1)
            #expect(erased.first?.deletableFrom == fixture.clock.now.addingTimeInterval(Self.grace))
        }
    }

    @Test("what waited when the machine was started anew is upserted, since its disk may be a snapshot of itself")
    func newBoot() async throws {
        let fixture = try QueueFixture()
        func boot(_ digit: String) -> BootID? { BootID(String(repeating: digit, count: 32)) }
        func inBoot(_ digit: String, _ body: (ResponseQueue) async throws -> Void) async throws {
            try await fixture.withQueue({ $0.boot = boot(digit) }, body)
        }
        try await inBoot("1") { (queue: ResponseQueue) async throws -> Void in
            _ = try await queue.accept([try submission(1)])
        }
        try await inBoot("1") { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.show(try submission(1).response.id)?.mustUpsert == false)
        }
        try await inBoot("2") { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.status().restoration == nil)
            _ = try await queue.accept([try submission(2)])
            let claims = try await queue.claim(limit: 10)
            #expect(claims.map(\.mustUpsert) == [true, false])
            try await queue.settle(claims.map { $0.verdict(.delivered(planhatID: nil)) })
        }
        // Where nothing waits, a start of the machine is nothing.
        try await inBoot("3") { (queue: ResponseQueue) async throws -> Void in
            _ = try await queue.accept([try submission(3)])
            #expect(try await queue.claim(limit: 10).map(\.mustUpsert) == [false])
        }
    }

    @Test("a start of the machine has the same name from the kernel and from systemd")
    func bootNames() {
        let digits = "0123456789abcdef0123456789ABCDEF"
        #expect(BootID("01234567-89ab-cdef-0123-456789abcdef") == BootID(digits))
        for text in ["", "%b", digits + "0", String(digits.dropLast()) + "g"] { #expect(BootID(text) == nil) }
        #expect(BootID.ofKernel != nil)
    }

    @Test("a file that is put back twice is recognised twice")
    func twice() async throws {
        let fixture = try QueueFixture()
        let kept = fixture.directory.appending(path: "kept.db").path
        try await Self.putBack(.backedUp, in: fixture)
        try Self.copy(fixture.path, to: kept, [""])
        for _ in 1...2 {
            fixture.clock.advance(by: 1_000)
            try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
                #expect(try await queue.status().restoration?.foundAt == fixture.clock.now)
                fixture.clock.advance(by: Self.grace)
                #expect(try await queue.claim(limit: 10).allSatisfy(\.mustUpsert))
            }
            try Self.copy(kept, to: fixture.path, ["", "-wal"])
        }
    }

    @Test("a backup from which nothing was sent since is no earlier state")
    func nothingSent() async throws {
        let fixture = try QueueFixture()
        let kept = fixture.directory.appending(path: "kept.db").path
        let queue = try fixture.open()
        _ = try await queue.accept([try submission(1)])
        _ = try await queue.backUp(to: kept)
        _ = try await queue.accept([try submission(2)])
        await queue.close()
        try Self.copy(kept, to: fixture.path, [""])
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.status().restoration == nil)
            #expect(try await queue.claim(limit: 10).map(\.mustUpsert) == [false])
        }
    }

    @Test("a file of an earlier version, and a stop, are no reason for upserts", arguments: UpgradeTests.files)
    func upgrade(file: String) async throws {
        let fixture = try QueueFixture()
        try fixture.copy(file)
        for _ in 1...3 {
            try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
                #expect(try await queue.status().restoration == nil)
                let new = try submission(Int.random(in: 1_000...9_999_999))
                _ = try await queue.accept([new])
                fixture.clock.advance(by: 10_000)
                let claims = try await queue.claim(limit: 1_000)
                #expect(claims.first { $0.response.id == new.response.id }?.mustUpsert == false)
                try await queue.settle(claims.map { $0.verdict(.delivered(planhatID: nil)) })
            }
        }
    }

    @Test("a file of an earlier version that comes back is recognised")
    func formerFile() async throws {
        let fixture = try QueueFixture()
        try fixture.copy("queue-4dcc2ec")
        fixture.clock.advance(by: 100_000)
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.claim(limit: 1).count == 1)
        }
        try FileManager.default.removeItem(atPath: fixture.path)
        try fixture.copy("queue-4dcc2ec")
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.status().restoration != nil)
            fixture.clock.advance(by: Self.grace)
            let claims = try await queue.claim(limit: 1_000)
            #expect(!claims.isEmpty && claims.allSatisfy(\.mustUpsert))
        }
    }

    @Test("without the file beside it, or with one that can't be read, nobody knows", arguments: [nil, "", "broken"])
    func missingFile(content: String?) async throws {
        let fixture = try QueueFixture()
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            _ = try await queue.accept([try submission(1)])
        }
        try FileManager.default.removeItem(atPath: fixture.path + ".epoch")
        if let content { try Data(content.utf8).write(to: URL(filePath: fixture.path + ".epoch")) }
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.status().restoration != nil)
            fixture.clock.advance(by: Self.grace)
            #expect(try await queue.claim(limit: 10).map(\.mustUpsert) == [true])
        }
        // It is there again.
        let found = Restoration.known(ofFile: fixture.path)
        #expect(found != nil)
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.status().restoration == found)
            #expect(try FileManager.default.attributesOfItem(atPath: fixture.path + ".epoch")[.size] as? Int == 512)
        }
    }

    @Test("what is copied over the file beside the database is no original, although that stays the same file")
    func copiedOver() async throws {
        let fixture = try QueueFixture()
        let path = fixture.path + ".epoch"
        let queue = try fixture.open { $0.namesEpochFile = true }
        _ = try await queue.accept([try submission(1)])
        await queue.close()
        let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("written ") })
        for (age, isRestored) in [(0 as Double, false), (60, true)] {
            let written = Milliseconds(Date(timeIntervalSinceNow: -age)).rawValue
            let older = text.replacing(line, with: "written \(written)")
            let handle = try FileHandle(forWritingTo: URL(filePath: path))
            try handle.write(contentsOf: Data(older.utf8))
            try handle.close()
            #expect(try EpochFile(besideDatabase: fixture.path, namesItself: true).read()?.isOriginal == !isRestored)
        }
        let reopened = try fixture.open { $0.namesEpochFile = true }
        #expect(try await reopened.status().restoration != nil)
        await reopened.close()
    }

    @Test("who was erased after a backup isn't sent as if never sent before")
    func erasedSince() async throws {
        let fixture = try QueueFixture()
        let kept = fixture.directory.appending(path: "kept.db").path
        let queue = try fixture.open()
        _ = try await queue.accept([try submission(1)])
        _ = try await queue.backUp(to: kept)
        _ = try await queue.erase([try submission(1).response.id])
        await queue.close()
        try Self.copy(kept, to: fixture.path, [""])
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.status().restoration != nil)
        }
    }

    @Test("a file that was never sent from leaves nothing behind for the next one")
    func neverUsed() async throws {
        let fixture = try QueueFixture()
        try await fixture.withQueue { queue in _ = try await queue.accept([try submission(1)]) }
        try FileManager.default.removeItem(atPath: fixture.path)
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.status().restoration == nil)
        }
    }

    @Test("a new file in the place of one that is lost doesn't know what that has sent")
    func newFile() async throws {
        let fixture = try QueueFixture()
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            _ = try await queue.accept([try submission(1)])
            _ = try await queue.claim(limit: 1)
        }
        try FileManager.default.removeItem(atPath: fixture.path)
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            _ = try await queue.accept([try submission(1)])
            fixture.clock.advance(by: Self.grace)
            #expect(try await queue.claim(limit: 10).map(\.mustUpsert) == [true])
        }
    }

    @Test("a copy of the file and of what is beside it is recognised, and the original isn't taken for one")
    func copiedTogether() async throws {
        let fixture = try QueueFixture()
        let copy = fixture.directory.appending(path: "copy.db").path
        for _ in 1...2 {
            let queue = try fixture.open { $0.namesEpochFile = true }
            _ = try await queue.accept([try submission(1)])
            #expect(try await queue.status().restoration == nil)
            await queue.close()
        }
        try Self.copy(fixture.path, to: copy, Self.suffixes)
        let queue = try fixture.open(copy) { $0.namesEpochFile = true }
        #expect(try await queue.status().restoration != nil)
        await queue.close()
    }

    @Test("after a long stop, what waited is upserted, and what comes new is created")
    func longStop() async throws {
        let fixture = try QueueFixture()
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            _ = try await queue.observeClock(after: .zero)
            _ = try await queue.accept([try submission(1)])
        }
        fixture.clock.advance(by: 290)
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.show(try submission(1).response.id)?.mustUpsert == false)
        }
        fixture.clock.advance(by: 20)
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.status().restoration == nil)
            _ = try await queue.accept([try submission(2)])
            #expect(try await queue.claim(limit: 10).map(\.mustUpsert) == [true, false])
        }
    }

    @Test(
        "nothing is sent that the file beside the database wasn't told of",
        arguments: [FaultyDisk.Fault.failedSync, .full]
    )
    func unrecorded(fault: FaultyDisk.Fault) async throws {
        let fixture = try QueueFixture()
        #expect(FaultyDisk.watch(fixture.directory))
        defer { FaultyDisk.forget(fixture.directory) }
        let queue = try fixture.open()
        _ = try await queue.accept(try (1...2).map { try submission($0) })
        let before = try Data(contentsOf: URL(filePath: fixture.path + ".epoch"))
        // The first sync, or write, is that of the claim in the log; for a write there is more than one.
        let call = fault == .failedSync ? 2 : 1
        var refusals = 0
        for call in call...(call + 20) {
            FaultyDisk.arm(fault, atCall: call, in: fixture.directory)
            var claims: [Claim] = []
            do throws(QueueError) {
                claims = try await queue.claim(limit: 1)
            } catch {
                refusals += 1
                #expect("\(error)".contains(".epoch") || error == .diskFull)
            }
            _ = FaultyDisk.disarm(in: fixture.directory)
            #expect(try await queue.status().sending == claims.count)
            try await queue.release(claims.map(\.response.id))
        }
        #expect(refusals > 0)
        #expect(try await queue.claim(limit: 10).map(\.mustUpsert) == [false, false])
        #expect(try Data(contentsOf: URL(filePath: fixture.path + ".epoch")) != before)
        await queue.close()
    }

    @Test("an earlier state isn't taken for the file that was open before a disk error")
    func reopened() async throws {
        let fixture = try QueueFixture()
        let kept = fixture.directory.appending(path: "kept.db").path
        #expect(FaultyDisk.watch(fixture.directory))
        defer { FaultyDisk.forget(fixture.directory) }
        let queue = try fixture.open()
        _ = try await queue.accept([try submission(1)])
        _ = try await queue.backUp(to: kept)
        _ = try await queue.claim(limit: 1)
        FaultyDisk.arm(.failedSync, atCall: 1, in: fixture.directory)
        await #expect(throws: QueueError.self) { try await queue.accept([try submission(2)]) }
        #expect(FaultyDisk.disarm(in: fixture.directory))
        try Self.copy(kept, to: fixture.path, ["", "-wal"])
        await #expect {
            _ = try await queue.accept([try submission(2)])
        } throws: {
            "\($0)".contains("an earlier state of it")
        }
        await queue.close()
    }

    @Test("nothing is acknowledged any more once the file was replaced or removed", arguments: [true, false])
    func replaced(isRemoved: Bool) async throws {
        let fixture = try QueueFixture()
        let (kept, away) = (fixture.path + ".kept", fixture.path + ".away")
        let queue = try fixture.open()
        _ = try await queue.accept([try submission(1)])
        _ = try await queue.backUp(to: kept)
        try FileManager.default.moveItem(atPath: fixture.path, toPath: away)
        if !isRemoved { try FileManager.default.moveItem(atPath: kept, toPath: fixture.path) }
        await #expect {
            _ = try await queue.accept([try submission(2)])
        } throws: {
            "\($0)".contains("replaced or removed")
        }
        await #expect(throws: QueueError.self) { try await queue.probe() }
        await queue.close()
    }

    @Test("a backup beside another file's log is refused, and left alone")
    func foreignLog() async throws {
        let fixture = try QueueFixture()
        let kept = fixture.directory.appending(path: "kept.db").path
        let queue = try fixture.open()
        _ = try await queue.accept([try submission(1)])
        _ = try await queue.backUp(to: kept)
        _ = try await queue.accept([try submission(2)])
        let log = try Data(contentsOf: URL(filePath: fixture.path + "-wal"))
        await queue.close()
        try Self.copy(kept, to: fixture.path, ["", "-wal"])
        try log.write(to: URL(filePath: fixture.path + "-wal"))
        #expect(throws: QueueError.foreignLog(path: fixture.path)) { try fixture.open() }
        try FileManager.default.removeItem(atPath: fixture.path + "-wal")
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.status().accepted == 1)
        }
        try fixture.audit()
    }
}
