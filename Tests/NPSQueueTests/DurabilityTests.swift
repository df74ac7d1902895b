import Dispatch
import Foundation
import GRDB
import Glibc
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

@Suite("Durability on SQLite")
struct DurabilityTests {
    @Test(
        "the connection has the settings that an acknowledgement relies on",
        arguments: [
            ("synchronous", "2"), ("journal_mode", "wal"), ("locking_mode", "exclusive"), ("secure_delete", "1"),
            ("wal_autocheckpoint", "0"), ("foreign_keys", "1"),
        ]
    )
    func pragmas(name: String, value: String) async throws {
        let fixture = try QueueFixture()
        try await fixture.withQueue { queue in
            let read = try await queue.transact { try String.fetchOne(try $0.database, sql: "PRAGMA \(name)") }
            #expect(read == value)
        }
    }

    @Test("concurrent calls share transactions, and each is on disk when it returns")
    func groupCommit() async throws {
        let fixture = try QueueFixture()
        #expect(FaultyDisk.watch(fixture.directory))
        let queue = try fixture.open()
        let before = FaultyDisk.syncs(in: fixture.directory)
        let submissions = try (1...300).map { try submission($0) }
        // Holds the first transaction until all of them wait for the next one.
        let gate = DispatchSemaphore(value: 0)
        let held = Task.immediate { try await queue.transact { _ in gate.wait() } }
        let outcomes = try await withThrowingTaskGroup { group in
            for submission in submissions {
                group.addImmediateTask { try await queue.accept([submission]).outcomes }
            }
            gate.signal()
            try await held.value
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let syncs = FaultyDisk.syncs(in: fixture.directory) - before
        #expect(outcomes == Array(repeating: .accepted, count: 300))
        #expect((1..<300).contains(syncs))
        let copy = try fixture.snapshot()
        let reopened = try fixture.open(copy)
        #expect(try await reopened.status().accepted == 300)
        for submission in submissions {
            #expect(try await reopened.show(submission.response.id)?.state == .pending)
        }
        await reopened.close()
        await queue.close()
        try Audit(of: copy).check()
    }

    @Test("after a crash nothing acknowledged is missing, and what was being sent is ambiguous")
    func crash() async throws {
        let fixture = try QueueFixture()
        let queue = try fixture.open()
        _ = try await queue.accept(try (1...4).map { try submission($0) }, quarantining: [draft("{}")])
        let claims = try await queue.claim(limit: 2)
        try await queue.settle([claims[0].verdict(.delivered(planhatID: "p"))])
        let copy = try fixture.snapshot()
        let reopened = try fixture.open(copy) { $0.ambiguousGrace = { 30 * TimeInterval($0) } }
        let status = try await reopened.status()
        #expect(status.accepted == 4 && status.pending == 3 && status.sending == 0 && status.delivered == 1)
        #expect(status.quarantined == 1 && status.balances)
        let item = try #require(try await reopened.show(claims[1].response.id))
        #expect(item.state == .pending && item.mustUpsert)
        #expect(item.reason == "ambiguous: the collector stopped while sending")
        #expect(item.history?.map(\.outcome) == [.ambiguous])
        #expect(item.nextAttemptAt == fixture.clock.now.addingTimeInterval(30))
        #expect(try await reopened.claim(limit: 10).count == 2)
        fixture.clock.advance(by: 30)
        #expect(try await reopened.claim(limit: 10).map(\.mustUpsert) == [true])
        await reopened.close()
        await queue.close()
    }

    @Test("a damaged row fails the calls that read it, and no others")
    func damagedRow() async throws {
        let fixture = try QueueFixture()
        try await fixture.withQueue { queue in _ = try await queue.accept([try submission(1), try submission(2)]) }
        let connection = try DatabaseQueue(path: fixture.path)
        try await connection.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    PRAGMA writable_schema = ON;
                    UPDATE sqlite_schema SET sql = replace(sql, 'source TEXT NOT NULL', 'source TEXT')
                    WHERE name = 'queue';
                    """
            )
        }
        try connection.close()
        let damaging = try DatabaseQueue(path: fixture.path)
        try await damaging.write { try $0.execute(sql: "UPDATE queue SET source = NULL WHERE sequence = 1") }
        try damaging.close()
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            let damaged = QueueError.damaged("the column source of a row can't be read")
            await #expect(throws: damaged) { try await queue.list(QueueFilter()) }
            await #expect(throws: damaged) { try await queue.claim(limit: 2) }
            #expect(try await queue.show(try submission(2).response.id)?.state == .pending)
            #expect(try await queue.accept([try submission(3)]).outcomes == [.accepted])
        }
    }

    @Test(
        "whichever write or sync fails, no failure is acknowledged and nothing acknowledged is lost",
        arguments: FaultyDisk.Fault.allCases,
        [false, true]
    )
    func faults(fault: FaultyDisk.Fault, lasting: Bool) async throws {
        var call = 1
        while try await survives(fault, atCall: call, lasting: lasting) { call += 1 }
        #expect(call > 5)
    }

    /// Whether the fault happened; false when the work has fewer calls.
    private func survives(_ fault: FaultyDisk.Fault, atCall call: Int, lasting: Bool) async throws -> Bool {
        var happened = false
        let fixture = try QueueFixture()
        #expect(FaultyDisk.watch(fixture.directory))
        let queue = try fixture.open()
        _ = try await queue.accept([try submission(0)])
        FaultyDisk.arm(fault, atCall: call, lasting: lasting, in: fixture.directory)
        var (acknowledged, failures) = ([0], 0)
        for number in 1...6 {
            let next = try submission(number)
            do throws(QueueError) {
                _ = try await queue.accept([next])
                acknowledged.append(number)
            } catch {
                failures += 1
                if fault == .full { #expect(error == .diskFull) }
            }
            if number == 3 { _ = try? await queue.claim(limit: 1) }
        }
        happened = FaultyDisk.disarm(in: fixture.directory)
        // A single fault costs one acknowledgement at most: the next call works again.
        #expect(failures <= (lasting ? 6 : happened ? 1 : 0))
        _ = try await queue.accept([try submission(7)])
        try await queue.probe()
        let reopened = try fixture.open(try fixture.snapshot())
        for number in acknowledged + [7] {
            #expect(try await reopened.show(try submission(number).response.id) != nil)
        }
        #expect(try await reopened.status().balances)
        await reopened.close()
        await queue.close()
        let audit = try Audit(of: fixture.path)
        audit.check()
        #expect(audit.books["sending"] == 0 || audit.books["sending"] == 1)
        return happened
    }

    @Test("a response whose claim failed to commit is claimed again")
    func orphanedClaim() async throws {
        let fixture = try QueueFixture()
        #expect(FaultyDisk.watch(fixture.directory))
        let queue = try fixture.open()
        _ = try await queue.accept([try submission(1), try submission(2)])
        let kept = try await queue.claim(limit: 1)
        // The fault lasts, so that closing the file can't clear what was written to the log but not committed.
        FaultyDisk.arm(.failedSync, atCall: 1, lasting: true, in: fixture.directory)
        await #expect(throws: QueueError.self) { try await queue.claim(limit: 1) }
        #expect(FaultyDisk.disarm(in: fixture.directory))
        let again = try await queue.claim(limit: 5)
        #expect(again.map(\.response.id) == [try submission(2).response.id])
        try await queue.settle((kept + again).map { $0.verdict(.delivered(planhatID: nil)) })
        #expect(try await queue.status().delivered == 2)
        await queue.close()
    }

    @Test("unreadable responses are parked, and the readable ones of the same claim are returned")
    func unreadable() async throws {
        let fixture = try QueueFixture()
        #expect(FaultyDisk.watch(fixture.directory))
        let queue = try fixture.open()
        _ = try await queue.accept(try (1...4).map { try submission($0) })
        try await queue.transact { transaction in
            let sql = "UPDATE queue SET payload = ? WHERE sequence = ?"
            try transaction.database.execute(sql: sql, arguments: ["{}", 1])
            try transaction.database.execute(sql: sql, arguments: ["of another world", 3])
        }
        // The claim becomes durable; parking fails.
        FaultyDisk.arm(.failedSync, atCall: 2, in: fixture.directory)
        let claims = try await queue.claim(limit: 10)
        #expect(FaultyDisk.disarm(in: fixture.directory))
        #expect(claims.map(\.response.id) == [try submission(2).response.id, try submission(4).response.id])
        try await queue.settle(claims.map { $0.verdict(.delivered(planhatID: nil)) })
        #expect(try await queue.status().sending == 2)
        #expect(try await queue.claim(limit: 10).isEmpty)
        let status = try await queue.status()
        #expect(status.parked == 2 && status.delivered == 2 && status.sending == 0)
        await queue.close()
        try Audit(of: fixture.path).check()
    }

    @Test("a verdict that was repeated after a disk error leaves nothing claimed")
    func claimedNoMore() async throws {
        let fixture = try QueueFixture()
        #expect(FaultyDisk.watch(fixture.directory))
        let queue = try fixture.open()
        _ = try await queue.accept([try submission(1)])
        let verdicts = try await queue.claim(limit: 1).map { $0.verdict(.delivered(planhatID: nil)) }
        FaultyDisk.arm(.failedSync, atCall: 1, lasting: true, in: fixture.directory)
        await #expect(throws: QueueError.self) { try await queue.settle(verdicts) }
        #expect(FaultyDisk.disarm(in: fixture.directory))
        #expect(try await queue.status().delivered == 1)
        try await queue.settle(verdicts)
        #expect(try await queue.transact { $0.state.claimed }.isEmpty)
        await queue.close()
    }

    @Test("after a disk error only the same file is reopened, and none is created")
    func lostFile() async throws {
        let fixture = try QueueFixture()
        #expect(FaultyDisk.watch(fixture.directory))
        let queue = try fixture.open()
        _ = try await queue.accept([try submission(1)])
        FaultyDisk.arm(.failedSync, atCall: 1, in: fixture.directory)
        await #expect(throws: QueueError.self) { try await queue.accept([try submission(2)]) }
        #expect(FaultyDisk.disarm(in: fixture.directory))
        let files = FileManager.default
        try files.moveItem(atPath: fixture.path, toPath: fixture.path + ".away")
        await #expect { try await queue.accept([try submission(2)]) } throws: { Self.isStorage($0) }
        #expect(!files.fileExists(atPath: fixture.path))

        let other = fixture.directory.appending(path: "other.db").path
        await (try fixture.open(other)).close()
        try files.copyItem(atPath: other, toPath: fixture.path)
        let before = try Data(contentsOf: URL(filePath: fixture.path))
        await #expect { try await queue.accept([try submission(2)]) } throws: { Self.isStorage($0) }
        #expect(try Data(contentsOf: URL(filePath: fixture.path)) == before)

        try files.removeItem(atPath: fixture.path)
        try files.moveItem(atPath: fixture.path + ".away", toPath: fixture.path)
        #expect(try await queue.accept([try submission(2)]).outcomes == [.accepted])
        #expect(try await queue.status().accepted == 2)
        await queue.close()
    }

    private static func isStorage(_ error: any Error) -> Bool {
        if case QueueError.storage = error { true } else { false }
    }

    @Test(
        "an erasure reports that the log couldn't be truncated, and it is truncated later",
        .hangGuard,
        arguments: Erasing.allCases
    )
    func failedTruncation(erasing: Erasing) async throws {
        let fixture = try QueueFixture()
        #expect(FaultyDisk.watch(fixture.directory))
        let queue = try fixture.open { $0.truncationPause = 0.01 }
        let secret = "canary-\(UUID().uuidString)"
        try await erasing.keep(secret, in: queue)
        // The first sync is that of the erasure's commit.
        FaultyDisk.arm(.failedSync, atCall: 2, lasting: true, in: fixture.directory)
        await #expect { try await erasing.erase(from: queue) } throws: { Self.isStorage($0) }
        #expect(FaultyDisk.disarm(in: fixture.directory))
        let status = try await queue.status()
        #expect(status.pending == 0 && status.quarantined == 0)
        while try fixture.bytes().contains(secret) {
            try Task.checkCancellation()
            try await queue.probe()
        }
        await queue.close()
    }

    @Test("an erasure whose log couldn't be truncated has told what it erased", .hangGuard)
    func toldBeforeTruncation() async throws {
        let fixture = try QueueFixture()
        #expect(FaultyDisk.watch(fixture.directory))
        let queue = try fixture.open { $0.truncationPause = 0.01 }
        let answer = try submission(1)
        _ = try await queue.accept([answer])
        FaultyDisk.arm(.failedSync, atCall: 2, lasting: true, in: fixture.directory)
        let person = try EmailAddress("person1@example.com")
        var told: [ResponseID] = []
        var refusal: QueueError?
        do throws(QueueError) {
            _ = try await queue.erase(person) { told += $0.responses.map(\.id) }
        } catch {
            refusal = error
        }
        #expect(FaultyDisk.disarm(in: fixture.directory))
        #expect(refusal.map { Self.isStorage($0) } == true)
        #expect(told == [answer.response.id])
        await queue.close()
    }

    @Test("work that fails half-way has told what it did before", .hangGuard)
    func toldBeforeFailure() async throws {
        let fixture = try QueueFixture()
        #expect(FaultyDisk.watch(fixture.directory))
        let queue = try fixture.open { $0.truncationPause = 3_600 }
        _ = try await queue.accept(
            try (1...150).map { try submission(1, source: "s\($0)") },
            quarantining: (1...9).map { draft("person1@example.com \($0)") }
        )
        let claims = try await queue.claim(limit: 150)
        try await queue.settle(claims.map { $0.verdict(.park(reason: "no")) })
        let person = try EmailAddress("person1@example.com")
        var told = 0
        /// Its second transaction fails, since the disk does from the end of the first on.
        func tell(_ count: Int) {
            if told == 0 { FaultyDisk.arm(.failedSync, atCall: 1, lasting: true, in: fixture.directory) }
            told += count
        }
        func half(_ work: () async throws -> Void) async {
            told = 0
            await #expect(throws: Never.self) { try await queue.probe() }
            await #expect(throws: QueueError.self) { try await work() }
            #expect(FaultyDisk.disarm(in: fixture.directory))
        }
        await half { _ = try await queue.retry(claims.map(\.response.id)) { tell($0.count) } }
        #expect(told == 100)
        await half { _ = try await queue.discard((1...9).map(QuarantineID.init(rawValue:))) { tell($0.count) } }
        #expect(told == 4)
        // Whether what failed was written is unknown, so there have to be more.
        _ = try await queue.accept([], quarantining: (10...18).map { draft("person1@example.com \($0)") })
        await half { _ = try await queue.eraseQuarantined(person, within: .seconds(60)) { tell($0) } }
        #expect(told == 4)
        await half { _ = try await queue.erase(person) { tell($0.responses.count) } }
        #expect(told == 100)
        #expect(try await queue.erase(person).responses.count <= 50)
        await queue.close()
    }

    @Test("what was delivered just before a kill is gone from the file and its log after the next start")
    func killedAfterDelivery() async throws {
        let fixture = try QueueFixture()
        let secret = "canary-\(UUID().uuidString)"
        let queue = try fixture.open { $0.truncationPause = 3_600 }
        _ = try await queue.accept([try submission(1, comment: secret)])
        try await deliverAll(queue)
        let copy = try fixture.snapshot()
        await queue.close()
        func bytes() throws -> Data {
            try ["", "-wal"].filter { FileManager.default.fileExists(atPath: copy + $0) }
                .reduce(into: Data()) { $0 += try Data(contentsOf: URL(filePath: copy + $1)) }
        }
        #expect(try bytes().contains(secret))
        let reopened = try fixture.open(copy) { $0.truncationPause = 3_600 }
        #expect(try await reopened.status().delivered == 1)
        #expect(try !bytes().contains(secret))
        await reopened.close()
    }

    enum Erasing: CaseIterable {
        case response
        case quarantined

        fileprivate func keep(_ secret: String, in queue: ResponseQueue) async throws {
            switch self {
            case .response: _ = try await queue.accept([try submission(1, comment: secret)])
            case .quarantined: _ = try await queue.accept([], quarantining: [draft(secret)])
            }
        }

        fileprivate func erase(from queue: ResponseQueue) async throws {
            switch self {
            case .response: _ = try await queue.erase([try submission(1).response.id])
            case .quarantined: _ = try await queue.discard([QuarantineID(rawValue: 1)])
            }
        }
    }

    @Test("a second collector on the same file is refused with advice until the first has closed it")
    func secondOpener() async throws {
        let fixture = try QueueFixture()
        let queue = try fixture.open()
        let refusal = QueueError.lockedByAnotherProcess(path: fixture.path)
        #expect(throws: refusal) { try fixture.open() }
        #expect(refusal.description.contains("Stop the other nps-collector"))
        // No other connection can read it either: two that checkpoint can corrupt a file.
        #expect(throws: DatabaseError.self) {
            try DatabaseQueue(path: fixture.path).read { try Int.fetchOne($0, sql: "SELECT 1 FROM books") }
        }
        await queue.close()
        let accepted = try await fixture.withQueue { queue in try await queue.status().accepted }
        #expect(accepted == 0)
    }

    @Test("what an earlier version held is still held, and nothing else")
    func migration() async throws {
        let fixture = try QueueFixture()
        let columns = """
            id, state, source, payload, digest, revision, attempts, must_upsert, next_attempt_at, received_at, \
            accepted_at, reason, person
            """
        // A retry after an outage, one that was parked, one that is held, and one that is due.
        let rows = [
            (1, 0, 0, 9_000, "'down'"), (2, 0, 1, 1_000, "NULL"), (3, 0, 0, 9_000, "NULL"), (4, 0, 0, 1_000, "NULL"),
        ]
        .map { number, attempts, mustUpsert, due, reason in
            """
            INSERT INTO responses (\(columns)) VALUES ('\(FormerFile.id(number))', 'pending', 'test',
                '\(FormerFile.payload(number))', '\(FormerFile.digest)', 1, \(attempts), \(mustUpsert), \(due),
                1000, 1000, \(reason), NULL);
            """
        }
        try FormerFile.make(
            fixture.path,
            upTo: "quarantine: erased",
            rows: rows.joined() + "UPDATE books SET accepted = 4, pending = 4"
        )
        try await fixture.withQueue { queue in
            let items = try await queue.list(QueueFilter())
            let end = Date(timeIntervalSince1970: 9)
            #expect(items.map(\.heldUntil) == [nil, nil, end, nil])
        }
        try Audit(of: fixture.path).check()
    }

    @Test("only the owner can read the files")
    func modes() async throws {
        let fixture = try QueueFixture()
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try submission(1)])
            for suffix in ["", "-wal", ".lock"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: fixture.path + suffix)
                #expect(attributes[.posixPermissions] as? Int == 0o600)
            }
        }
    }

    @Test("a file that is no queue's, or a newer version's, is refused and left unchanged")
    func foreignFiles() async throws {
        let fixture = try QueueFixture()
        let words = Data("This is not a database, it is a letter. ".utf8) + Data(repeating: 65, count: 4_096)
        try words.write(to: URL(fileURLWithPath: fixture.path))
        #expect { try fixture.open() } throws: { if case QueueError.damaged = $0 { true } else { false } }
        #expect(try Data(contentsOf: URL(fileURLWithPath: fixture.path)) == words)
        try FileManager.default.removeItem(atPath: fixture.path)
        await (try fixture.open()).close()
        let connection = try DatabaseQueue(path: fixture.path)
        try await connection.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('from the future')") }
        try connection.close()
        // Without opening it, too, as a collector may be using it.
        #expect(QueueError.refusal(ofFile: fixture.path) == .newerSchema(path: fixture.path))
        #expect(throws: QueueError.newerSchema(path: fixture.path)) { try fixture.open() }
        #expect { try fixture.open("/nowhere/at/all.db") } throws: {
            if case QueueError.storage = $0 { true } else { false }
        }
    }

    @Test("the log stays short, however much is written")
    func boundedLog() async throws {
        let fixture = try QueueFixture()
        try await fixture.withQueue { queue in
            let comment = String(repeating: "x", count: 9_000)
            for batch in 0..<60 {
                _ = try await queue.accept(try (0..<100).map { try submission(batch * 100 + $0, comment: comment) })
            }
            let attributes = try FileManager.default.attributesOfItem(atPath: fixture.path + "-wal")
            #expect(try #require(attributes[.size] as? Int) < 16 << 20)
        }
    }

    @Test(
        "after delivery and erasure nothing of the person is left in the files, large ones included",
        arguments: [SQLiteConnection.largestRewrite, 0]
    )
    func receipts(largestRewrite: Int) async throws {
        let fixture = try QueueFixture()
        let queue = try fixture.open { $0.largestRewrite = largestRewrite }
        let secret = "canary-\(UUID().uuidString)"
        for number in 1...40 {
            let comment = "\(secret) " + String(repeating: "long ", count: number * 100)
            _ = try await queue.accept([try submission(number, comment: comment, source: "s\(number)")])
        }
        _ = try await queue.accept([], quarantining: [draft("{\"email\": \"person@example.com \(secret)\"}")])
        #expect(try fixture.bytes().contains(secret))
        _ = try await queue.erase([try submission(40, source: "s40").response.id])
        let claims = try await queue.claim(limit: 100)
        #expect(claims.count == 39)
        try await queue.settle(claims.map { $0.verdict(.delivered(planhatID: nil)) })
        #expect(try await queue.discard([QuarantineID(rawValue: 1)]) == 1)
        try await queue.truncateLog()
        let bytes = try fixture.bytes()
        #expect(!bytes.contains(secret))
        #expect(!bytes.contains("@example.com"))
        let digits = claims[0].response.id.rawValue.dropFirst(ResponseID.prefix.count)
        #expect(bytes.range(of: Data(try #require(Hexadecimal.decode(digits)))) != nil)
        await queue.close()
    }

    @Test(
        "a full disk refuses acceptance, keeps what it has, and accepts again when there is room",
        .enabled(if: canMount, "needs the right to mount a tmpfs")
    )
    func fullDisk() async throws {
        let fixture = try QueueFixture()
        try #require(Self.mount(on: fixture.directory))
        defer { Self.unmount(fixture.directory) }
        let queue = try fixture.open()
        let filler = fixture.directory.appending(path: "filler")
        try Data(count: 1 << 20).write(to: filler)
        let comment = String(repeating: "y", count: 9_000)
        var accepted = 0
        var refusal: QueueError?
        while refusal == nil, accepted < 1_000 {
            let next = try submission(accepted, comment: comment)
            do throws(QueueError) {
                _ = try await queue.accept([next])
                accepted += 1
            } catch {
                refusal = error
            }
        }
        #expect(refusal == .diskFull)
        #expect(try await queue.status().accepted == accepted)
        try FileManager.default.removeItem(at: filler)
        #expect(try await queue.accept([try submission(5_000)]).outcomes == [.accepted])
        #expect(try await queue.status().pending == accepted + 1)
        await queue.close()
        try Audit(of: fixture.path).check()
    }

    @Test("started on a full disk after a kill, the queue opens, refuses, says why, and goes on when there is room")
    func startOnFullDisk() async throws {
        let fixture = try QueueFixture()
        #expect(FaultyDisk.watch(fixture.directory))
        let killed = try fixture.open()
        _ = try await killed.accept(try (1...3).map { try submission($0) })
        let claims = try await killed.claim(limit: 1)
        let copy = try fixture.snapshot()
        await killed.close()
        FaultyDisk.arm(.full, atCall: 1, lasting: true, in: fixture.directory)
        let queue = try fixture.open(copy) { $0.truncationPause = 0.001 }
        let next = try submission(4)
        await #expect(throws: QueueError.diskFull) { try await queue.accept([next]) }
        await #expect(throws: QueueError.diskFull) { try await queue.probe() }
        let status = try await queue.status()
        #expect(status.sending == 1 && status.pending == 2 && status.balances)
        var arrivals = queue.arrivals().makeAsyncIterator()
        #expect(FaultyDisk.disarm(in: fixture.directory))
        // Nobody asks: it goes on by itself.
        #expect(await arrivals.next() != nil)
        let item = try #require(try await queue.show(claims[0].response.id))
        #expect(item.state == .pending && item.mustUpsert)
        #expect(item.reason == "ambiguous: the collector stopped while sending")
        #expect(try await queue.accept([try submission(4)]).outcomes == [.accepted])
        #expect(try await queue.claim(limit: 10).count == 3)
        await queue.close()
        try Audit(of: copy).check()
    }

    @Test("the log says once that a full disk refuses responses, and once that there is room again")
    func fullDiskInTheLog() async throws {
        let fixture = try QueueFixture()
        let logs = RecordedLogs()
        #expect(FaultyDisk.watch(fixture.directory))
        let queue = try fixture.open(logger: logs.logger)
        func count(_ words: String) -> Int { logs.lines.count { $0.contains(words) } }
        _ = try await queue.accept([try submission(0)])
        for round in 1...2 {
            FaultyDisk.arm(.full, atCall: 1, lasting: true, in: fixture.directory)
            for number in 1...3 {
                let next = try submission(number)
                await #expect(throws: QueueError.diskFull) { try await queue.accept([next]) }
            }
            #expect(FaultyDisk.disarm(in: fixture.directory))
            #expect(count("Until then no response is accepted") == round)
            // One that happens to fit says nothing yet.
            _ = try await queue.accept([try submission(10 * round)])
            #expect(count("There is room") == round - 1)
            fixture.clock.advance(by: 10)
            try await queue.probe()
            _ = try await queue.accept([try submission(10 * round + 1)])
            #expect(count("There is room") == round)
        }
        // The file may have found no room for being written anew, too.
        #expect(count("Until then no response is accepted") == 2)
        await queue.close()
    }

    @Test("started with less room than the reserve, the log says why before anybody sends something")
    func startBelowReserve() async throws {
        let fixture = try QueueFixture()
        let logs = RecordedLogs()
        let queue = try fixture.open(logger: logs.logger) { $0.diskReserve = .max }
        let next = try submission(1)
        #expect(logs.lines.filter { $0.hasPrefix("error The disk that holds the queue is full") }.count == 1)
        await #expect { try await queue.accept([next]) } throws: { ($0 as? QueueError)?.isFullDisk == true }
        await #expect { try await queue.probe() } throws: { ($0 as? QueueError)?.isFullDisk == true }
        #expect(logs.lines.filter { $0.hasPrefix("error") }.count == 1)
        await queue.close()
    }

    @Test("the log says that there is room again although nobody sends anything", .hangGuard)
    func roomInTheLog() async throws {
        let fixture = try QueueFixture()
        let logs = RecordedLogs()
        #expect(FaultyDisk.watch(fixture.directory))
        let queue = try fixture.open(logger: logs.logger) { $0.fullDiskPause = 0.01 }
        FaultyDisk.arm(.full, atCall: 1, lasting: true, in: fixture.directory)
        let next = try submission(1)
        await #expect(throws: QueueError.diskFull) { try await queue.accept([next]) }
        #expect(queue.lacksRoom)
        #expect(FaultyDisk.disarm(in: fixture.directory))
        fixture.clock.advance(by: 20)
        while queue.lacksRoom { await Task.yield() }
        #expect(logs.lines.contains { $0.contains("There is room on the queue's disk again: responses are accepted.") })
        await queue.close()
    }

    @Test(
        "a real full disk at the start is no reason not to start",
        .enabled(if: canMount, "needs the right to mount a tmpfs")
    )
    func startOnRealFullDisk() async throws {
        let fixture = try QueueFixture()
        let killed = try fixture.open()
        _ = try await killed.accept(try (1...3).map { try submission($0) })
        _ = try await killed.claim(limit: 1)
        let small = try QueueFixture()
        try #require(Self.mount(on: small.directory))
        defer { Self.unmount(small.directory) }
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: fixture.path + suffix, toPath: small.path + suffix)
        }
        await killed.close()
        #expect(FileManager.default.createFile(atPath: small.path + ".lock", contents: nil))
        let filler = small.directory.appending(path: "filler")
        #expect(FileManager.default.createFile(atPath: filler.path, contents: nil))
        let handle = try FileHandle(forWritingTo: filler)
        // Down to the last page.
        while (try? handle.write(contentsOf: Data(count: 4_096))) != nil {}
        try handle.close()
        let queue = try small.open()
        let next = try submission(4)
        await #expect(throws: QueueError.diskFull) { try await queue.accept([next]) }
        #expect(try await queue.status().accepted == 3)
        try FileManager.default.removeItem(at: filler)
        #expect(try await queue.accept([next]).outcomes == [.accepted])
        #expect(try await queue.status().sending == 0)
        await queue.close()
        try Audit(of: small.path).check()
    }

    /// Containers often deny mounting, even to root.
    private static var canMount: Bool {
        guard let directory = try? TemporaryDirectory(), mount(on: directory.url) else { return false }
        unmount(directory.url)
        return true
    }

    private static func mount(on directory: URL) -> Bool {
        Glibc.mount("tmpfs", directory.path, "tmpfs", 0, "size=2m") == 0
    }

    private static func unmount(_ directory: URL) {
        // Detached, because a failed test may still have the file open.
        umount2(directory.path, Int32(MNT_DETACH))
    }
}

extension Data {
    fileprivate func contains(_ text: String) -> Bool {
        range(of: Data(text.utf8)) != nil
    }
}
