import Foundation
import NPSModel
import Synchronization
import TestSupport
import Testing

@testable import NPSQueue

@Suite("Moving a queue")
struct QueueMoveTests {
    @Test(
        "everything arrives as it was, and is delivered once from there",
        arguments: Direction.all,
        [1, 2] as [UInt64]
    )
    func whole(direction: Direction, seed: UInt64) async throws {
        let fixture = try MoveFixture(direction)
        var run = try await fixture.fill(seed: seed)
        var expected = try await QueueHoldings(of: fixture.source)
        let sending = expected.responses.count { $0.lifecycle.state == .sending }
        // A file's opening has dealt with it.
        #expect((sending > 0) == (direction.from != .sqlite))
        let configuration = try fixture.source.configuration()
        let terms = MoveTerms(
            now: Milliseconds(fixture.clock.now),
            due: fixture.clock.now.addingTimeInterval(configuration.ambiguousGrace(sending)),
            upsertsAll: direction.from != .sqlite
        )
        expected.responses = expected.responses.map(terms.moved)
        #expect(Set(expected.responses.map(\.lifecycle.state)) == [.pending, .delivered, .parked, .erased])
        #expect(!expected.entries.isEmpty && !expected.tombstones.isEmpty && expected.labels == ["unsigned-12345678"])
        #expect(expected.removed[0] > 0 && expected.unconfirmed > 0)

        let report = try await fixture.move().run()
        #expect(report.isMovedNow && report.accepted == expected.accepted)
        #expect(try await QueueHoldings(of: fixture.target) == expected)
        try fixture.target.audit()
        let address = try fixture.sourceAddress
        #expect(throws: QueueError.moved(address, to: report.to)) { try fixture.source.open() }

        let queue = try fixture.target.open()
        #expect(try await queue.status().balances)
        try await run.finish(queue)
        #expect(run.atPlanhat.filter { run.newest[$0.key] != nil } == run.newest)
        await queue.close()
        try fixture.target.audit()
    }

    @Test("a move that is killed after any transaction is finished by the same command", arguments: Direction.all)
    func killed(direction: Direction) async throws {
        let fixture = try MoveFixture(direction)
        _ = try await fixture.fill(seed: 3)
        let before = try await QueueHoldings(of: fixture.source)
        var runs = 1
        while try await !fixture.moveOneTransaction() {
            runs += 1
            // The first is about the source.
            #expect(throws: QueueError.self) { try fixture.source.open() }
            guard try await QueueHoldings(of: fixture.target).responses.isEmpty == false else { continue }
            let isOver = try await QueueHoldings.mark(of: fixture.target) == nil
            if !isOver { #expect(throws: QueueError.self) { try fixture.target.open() } }
        }
        #expect(runs > 8)
        let after = try await QueueHoldings(of: fixture.target)
        #expect(after.responses.map(\.id) == before.responses.map(\.id))
        #expect(after.entries == before.entries && after.accepted == before.accepted)
        try fixture.target.audit()
        await (try fixture.target.open()).close()
    }

    @Test("once it is done it is done, however often it is told", arguments: Direction.all)
    func again(direction: Direction) async throws {
        let fixture = try MoveFixture(direction)
        try await fixture.source.withQueue { queue in _ = try await queue.accept([submission(1)]) }
        #expect(try await fixture.move().run().isMovedNow)
        try await fixture.target.withQueue { queue in _ = try await queue.accept([submission(2)]) }
        let report = try await fixture.move().run()
        #expect(!report.isMovedNow && report.accepted == 2)
        let error = await #expect(throws: QueueError.self) {
            try await QueueMove.cancel(fixture.source.configuration(), logger: .silent)
        }
        guard case .moved = error else {
            Issue.record("\(error.debugDescription)")
            return
        }
        await (try fixture.target.open()).close()
    }

    @Test(
        "a database is no target of its own under another address, before it was left and after",
        .enabled(if: TestCluster.shared != nil)
    )
    func alias() async throws {
        let fixture = MoveFixture(try MoveFixture.side(.postgres, TestClock()), to: try QueueFixture())
        try await fixture.source.withQueue { queue in _ = try await queue.accept([submission(1)]) }
        let here = try fixture.source.configuration()
        let address = try #require(TestCluster.shared).address(
            schema: fixture.source.schema,
            user: "owner",
            database: fixture.source.database
        )
        let alias = QueueMove(from: here, to: ResponseQueue.Configuration(.postgres(address)), logger: .silent)
        await expectUnmovable(alias, "is the database that")
        #expect(try await fixture.move().run().isMovedNow)
        let error = await #expect(throws: QueueError.self) { try await alias.run() }
        guard case .moved = error else {
            Issue.record("\(error.debugDescription)")
            return
        }
        #expect(throws: QueueError.self) { try fixture.source.open() }
        await (try fixture.target.open()).close()
    }

    @Test("an unfinished move is given up, and its target is good for no other", arguments: Direction.all)
    func cancelled(direction: Direction) async throws {
        let fixture = try MoveFixture(direction)
        try await fixture.source.withQueue { queue in _ = try await queue.accept((1...20).map { try submission($0) }) }
        for _ in 1...4 { #expect(try await !fixture.moveOneTransaction()) }
        let target = try fixture.target.configuration().store.address
        #expect(try await QueueMove.cancel(fixture.source.configuration(), logger: .silent) == .source(to: target))
        let claims = try await fixture.source.withQueue { queue in try await queue.claim(limit: 100) }
        #expect(claims.count == 20)
        #expect(throws: QueueError.self) { try fixture.target.open() }
        await expectUnmovable(try fixture.move(), "unfinished move")
        let other = MoveFixture(fixture.source, to: try MoveFixture.side(direction.to, fixture.clock))
        #expect(try await other.move().run().pending == 20)
    }

    @Test("a copy that isn't what the source is ends nothing", arguments: Direction.all.filter { $0.to == .postgres })
    func tampered(direction: Direction) async throws {
        let fixture = try MoveFixture(direction)
        _ = try await fixture.fill(seed: 4)
        // Until everything is copied.
        while try await QueueHoldings.mark(of: fixture.target)?.position.isComplete != true {
            #expect(try await !fixture.moveOneTransaction())
        }
        try fixture.target.connect().run("UPDATE responses SET revision = revision + 1 WHERE sequence = 1")
        let error = await #expect(throws: QueueError.self) { try await fixture.move().run() }
        guard case .unverifiedMove = error else {
            Issue.record("\(error.debugDescription)")
            return
        }
        #expect(throws: QueueError.self) { try fixture.target.open() }
        _ = try await QueueMove.cancel(fixture.source.configuration(), logger: .silent)
        await (try fixture.source.open()).close()
    }

    @Test("a database that holds something is no target, and stays as it is", arguments: Direction.all)
    func occupied(direction: Direction) async throws {
        let fixture = try MoveFixture(direction)
        for queue in [fixture.source, fixture.target] {
            try await queue.withQueue { queue in _ = try await queue.accept([submission(1)]) }
        }
        await expectUnmovable(try fixture.move(), "holds a queue already")
        for queue in [fixture.source, fixture.target] {
            let claims = try await queue.withQueue { queue in try await queue.claim(limit: 9) }
            #expect(claims.count == 1)
        }
        let absent = MoveFixture(try QueueFixture(), to: try QueueFixture())
        await expectUnmovable(try absent.move(), "no file")
        let same = MoveFixture(fixture.source, to: fixture.source)
        await expectUnmovable(try same.move(), "already")
    }

    @Test("neither side of an unfinished move is a side of another")
    func crossed() async throws {
        let fixture = try MoveFixture(Direction(from: .sqlite, to: .sqlite))
        _ = try await fixture.fill(seed: 5)
        for _ in 1...4 { #expect(try await !fixture.moveOneTransaction()) }
        let third = try QueueFixture(clock: fixture.clock)
        for (source, target) in [
            (fixture.source, third), (fixture.target, third), (third, fixture.source), (third, fixture.target),
        ] {
            let move = try MoveFixture(source, to: target).move()
            await #expect(throws: QueueError.self) { try await move.run() }
        }
        #expect(try await fixture.move().run().isMovedNow)
    }

    @Test("a file that is in use isn't moved, and no collector gets in between")
    func lockedFile() async throws {
        let fixture = try MoveFixture(Direction(from: .sqlite, to: .sqlite))
        let queue = try fixture.source.open()
        await #expect(throws: QueueError.lockedByAnotherProcess(path: fixture.source.path)) {
            try await fixture.move().run()
        }
        await queue.close()
        #expect(try await fixture.move().run().isMovedNow)
    }

    @Test("the mark of a file stands in its header, also when the move was killed")
    func header() async throws {
        let fixture = try MoveFixture(Direction(from: .sqlite, to: .sqlite))
        try await fixture.source.withQueue { queue in _ = try await queue.accept([submission(1)]) }
        #expect(QueueError.move(ofFile: fixture.source.path) == nil)
        let copy = fixture.source.directory.appending(path: "copy.db").path
        var move = try fixture.move()
        let source = fixture.source
        move.didCommit = { () throws(QueueError) in
            _ = try? source.snapshot()
            throw .closed
        }
        await #expect(throws: QueueError.closed) { try await move.run() }
        for path in [copy, fixture.source.path] {
            guard case .unfinishedMove(let sentence) = QueueError.move(ofFile: path) else {
                Issue.record("\(path) has no mark")
                continue
            }
            #expect(sentence.contains("is being moved to sqlite:"))
        }
        #expect(try await fixture.move().run().isMovedNow)
        guard case .moved = QueueError.move(ofFile: fixture.source.path) else {
            Issue.record("it isn't known to be moved")
            return
        }
        #expect(QueueError.move(ofFile: fixture.target.path) == nil)
    }

    @Test("a PostgreSQL isn't moved while a collector uses it, on either side", arguments: [true, false])
    func connectedCollector(isSource: Bool) async throws {
        guard TestCluster.shared != nil else { return }
        let direction = Direction(from: isSource ? .postgres : .sqlite, to: isSource ? .sqlite : .postgres)
        let fixture = try MoveFixture(direction)
        await (try fixture.source.open()).close()
        let used = isSource ? fixture.source : fixture.target
        let queue = try used.open()
        var move = try fixture.move()
        move.patience = .zero
        await expectUnmovable(move, used.schema)
        // It goes on, and its mark is gone.
        _ = isSource ? try await queue.accept([submission(1)]) : nil
        await queue.close()
        await (try fixture.source.open()).close()
        #expect(try await fixture.move().run().isMovedNow)
    }

    @Test(
        "a collector that came to the target right before the mark keeps it, and the source is no longer being moved",
        .enabled(if: TestCluster.shared != nil)
    )
    func overtaken() async throws {
        let fixture = try MoveFixture(Direction(from: .sqlite, to: .postgres))
        try await fixture.source.withQueue { queue in _ = try await queue.accept([submission(1)]) }
        let commits = Atomic(0)
        let early = Mutex<ResponseQueue?>(nil)
        var move = try fixture.move()
        move.didCommit = { [target = fixture.target] () throws(QueueError) in
            guard commits.add(1, ordering: .relaxed).newValue == 2 else { return }
            // The target's mark is there, and nothing else of it is changed. As one that had asked for a mark before.
            let queue = try? target.open { $0.isMoving = true }
            early.withLock { $0 = queue }
        }
        move.patience = .zero
        await expectUnmovable(move, "given up")
        await early.withLock(\.self)?.close()
        for side in [fixture.source, fixture.target] { await (try side.open()).close() }
        #expect(try await fixture.move().run().isMovedNow)
    }

    @Test(
        "a target that was only marked is given back to whoever uses it, from either side",
        .enabled(if: TestCluster.shared != nil)
    )
    func onlyMarked() async throws {
        let fixture = try MoveFixture(Direction(from: .sqlite, to: .postgres))
        try await fixture.source.withQueue { queue in _ = try await queue.accept([submission(1)]) }
        let (source, target) = (try fixture.source.configuration(), try fixture.target.configuration())
        func stop(after commits: Int) async throws {
            for _ in 1...commits { #expect(try await !fixture.moveOneTransaction()) }
            #expect(throws: QueueError.self) { try fixture.source.open() }
        }
        // From the target's side, prepared or not.
        for commits in [2, 1] {
            try await stop(after: commits)
            #expect(try await QueueMove.cancel(target, logger: .silent) == .target(of: source.store.address))
            await (try fixture.target.open()).close()
        }
        // From the source's, and then the target is as good as empty for the same move, and for another.
        #expect(try await QueueMove.cancel(source, logger: .silent) == .source(to: target.store.address))
        try await stop(after: 2)
        #expect(try await QueueMove.cancel(source, logger: .silent) == .source(to: target.store.address))
        try await stop(after: 2)
        let other = MoveFixture(try MoveFixture.side(.sqlite, fixture.clock), to: fixture.target)
        try await other.source.withQueue { queue in _ = try await queue.accept([submission(2)]) }
        #expect(try await other.move().run().accepted == 1)
        await expectUnmovable(try fixture.move(), "holds a queue already")
        _ = try await QueueMove.cancel(source, logger: .silent)
        await (try fixture.source.open()).close()
    }

    @Test(
        "what a collector stored in a target that is only marked is its own",
        .enabled(if: TestCluster.shared != nil),
        arguments: [true, false]
    )
    func onlyMarkedInUse(isCancelled: Bool) async throws {
        let fixture = try MoveFixture(Direction(from: .sqlite, to: .postgres))
        try await fixture.source.withQueue { queue in _ = try await queue.accept([submission(1)]) }
        for _ in 1...2 { #expect(try await !fixture.moveOneTransaction()) }
        let early = try fixture.target.open { $0.isMoving = true }
        _ = try await early.accept([submission(2)])
        await early.close()
        if isCancelled {
            let report = try await QueueMove.cancel(fixture.target.configuration(), logger: .silent)
            #expect(report == .target(of: try fixture.source.configuration().store.address))
        } else {
            await expectUnmovable(try fixture.move(), "given up")
            await (try fixture.source.open()).close()
        }
        let claims = try await fixture.target.withQueue { queue in try await queue.claim(limit: 9) }
        #expect(claims.map(\.response.id) == [try submission(2).response.id])
        await expectUnmovable(try fixture.move(), isCancelled ? "--cancel" : "holds a queue already")
    }

    @Test(
        "a body that was damaged in the database moves as it is, there and back",
        .enabled(if: TestCluster.shared != nil),
        arguments: [2, 3]
    )
    func damagedBody(moves: Int) async throws {
        var fixture = try MoveFixture(Direction(from: .postgresWithKey, to: .sqlite))
        let drafts = [draft("one"), draft("two")]
        _ = try await fixture.source.withQueue { queue in try await queue.accept([], quarantining: drafts) }
        let bytes = try await QueueHoldings(of: fixture.source).quarantinedBytes
        try fixture.source.connect().run(
            "UPDATE quarantine SET body = set_byte(body, 40, get_byte(body, 40) # 1) WHERE id = 1"
        )
        let damaged = try await QueueHoldings(of: fixture.source).entries
        #expect(damaged.map { $0.body == Array("one".utf8) || $0.body == Array("two".utf8) } == [false, true])
        for number in 1...moves {
            #expect(try await fixture.move().run().quarantined == 2)
            try fixture.target.audit()
            let next: Engine = number.isMultiple(of: 2) ? .sqlite : .postgresWithKey
            fixture = MoveFixture(fixture.target, to: try MoveFixture.side(next, fixture.clock))
        }
        let holdings = try await QueueHoldings(of: fixture.source)
        #expect(holdings.entries == damaged && holdings.quarantinedBytes == bytes)
        try await fixture.source.withQueue { queue in
            _ = try await queue.discard(damaged.map { QuarantineID(rawValue: $0.id) })
            #expect(try await queue.read { transaction in transaction.state.books }.quarantinedBytes == 0)
        }
    }

    @Test("what a version without a confirmed time wrote is as old after a move as it was", arguments: Engine.allCases)
    func undated(engine: Engine) async throws {
        let fixture = try MoveFixture(Direction(from: .sqlite, to: engine))
        let unmoved = try QueueFixture(clock: fixture.clock)
        for side in [fixture.source, unmoved] { try side.copy("queue-73a827a") }
        // Later than anything in it.
        fixture.clock.advance(by: 20 * 365 * 86_400)
        _ = try await fixture.move().run()
        var removed: [Int] = []
        for side in [unmoved, fixture.target] {
            try await side.withQueue { queue in
                while try await queue.upgrade(limit: 100) != nil {}
                _ = try await queue.observeClock(after: .zero)
                fixture.clock.advance(by: 6 * 3_600)
                let past = try await queue.observeClock(after: .seconds(6 * 3_600)).past
                removed.append(try await queue.removeReceipts(before: #require(past)))
                removed.append(try await queue.expireQuarantine(before: #require(past)))
            }
        }
        #expect(removed[0] > 0 && removed[1] > 0)
        #expect(Array(removed[2...]) == Array(removed[..<2]))
    }

    @Test("programs that know of no moves refuse a database that has a mark")
    func formerPrograms() async throws {
        guard TestCluster.shared != nil else { return }
        let fixture = try MoveFixture(Direction(from: .postgres, to: .sqlite))
        try await fixture.source.withQueue { queue in _ = try await queue.accept([submission(1)]) }
        #expect(try await !fixture.moveOneTransaction())
        // As they ask.
        let versions = "SELECT max(version) > 1 AND max(oldest_program) > 1 FROM schema_version"
        #expect(try fixture.source.connect().run(versions).text == "t")
        _ = try await QueueMove.cancel(fixture.source.configuration(), logger: .silent)
        let marked = "SELECT count(*) FROM schema_version WHERE version = 2147483647"
        #expect(try fixture.source.connect().run(marked).text == "0")
    }

    @Test("new numbers go on where the source's ended, and repetitions are known", arguments: Direction.all)
    func numbers(direction: Direction) async throws {
        let fixture = try MoveFixture(direction)
        let (kept, gone) = (draft("kept", deliveryID: "d1"), draft("gone@example.com"))
        let old = try await fixture.source.withQueue { queue in
            _ = try await queue.accept((1...3).map { try submission($0) })
            _ = try await queue.accept([], quarantining: [gone])
            _ = try await queue.eraseQuarantined(EmailAddress("gone@example.com"), within: .seconds(60))
            let ids = try await queue.accept([], quarantining: [draft("a"), kept, draft("b")]).quarantined
            _ = try await queue.discard([ids[2]])
            return ids
        }
        _ = try await fixture.move().run()
        try await fixture.target.withQueue { queue in
            #expect(try await queue.accept([], quarantining: [kept]).quarantined == [old[1]])
            #expect(try await queue.quarantineEntry(old[1])?.timesSeen == 2)
            #expect(try await queue.accept([], quarantining: [gone]).quarantined.isEmpty)
            let new = try await queue.accept([submission(1), submission(4)], quarantining: [draft("c")])
            #expect(new.outcomes == [.unchanged(.sameContent), .accepted])
            #expect(try #require(new.quarantined.first).rawValue > old[2].rawValue)
            // In PostgreSQL the repetition has taken one, too.
            #expect(try #require(try await queue.show(submission(4).response.id)).sequence >= 4)
        }
        try fixture.target.audit()
    }

    @Test("an entry that an earlier version keyed otherwise is moved there and back")
    func formerKeys() async throws {
        guard TestCluster.shared != nil else { return }
        let first = try MoveFixture(Direction(from: .sqlite, to: .postgres))
        try await first.source.withQueue { queue in
            let twins = [draft("x", deliveryID: "d1"), draft("x", deliveryID: "d1", source: "other")]
            _ = try await queue.accept([], quarantining: twins)
            try await queue.transact { transaction in
                let rows = try #require(transaction.rows as? SQLiteRows)
                // Of the same payload, once under the key of then and once under that of now.
                try rows.statements.execute(
                    Query("UPDATE quarantine SET key = 'id:d1', source = 'acme' WHERE source = 'other'")
                )
            }
        }
        let before = try await QueueHoldings(of: first.source).entries
        #expect(Set(before.map(\.tombstone)).count == 2)
        _ = try await first.move().run()
        let second = MoveFixture(first.target, to: try QueueFixture(clock: first.clock))
        _ = try await second.move().run()
        #expect(try await QueueHoldings(of: second.target).entries == before)
        try await second.target.withQueue { queue in
            let id = try await queue.accept([], quarantining: [draft("x", deliveryID: "d1")]).quarantined
            #expect(id.map(\.rawValue) == [before[0].id])
        }
    }

    @Test("a file of an earlier version is brought over on the way", arguments: UpgradeTests.files, Engine.allCases)
    func formerFile(name: String, engine: Engine) async throws {
        let fixture = try MoveFixture(Direction(from: .sqlite, to: engine))
        try fixture.source.copy(name)
        let accepted = try await fixture.source.withQueue { queue in try await queue.status().accepted }
        var steps: Set<MoveProgress.Step> = []
        let report = try await fixture.move().run { progress in steps.insert(progress.step) }
        #expect(report.accepted == accepted && steps == [.upgrading, .copying, .verifying])
        try fixture.target.audit()
    }

    @Test("what is pending in a PostgreSQL goes by upsert from a file", arguments: [true, false])
    func upserts(isSource: Bool) async throws {
        guard TestCluster.shared != nil else { return }
        let fixture = try MoveFixture(Direction(from: isSource ? .postgres : .sqlite, to: .sqlite))
        try await fixture.source.withQueue { queue in _ = try await queue.accept([submission(1)]) }
        _ = try await fixture.move().run()
        try await fixture.target.withQueue { queue in
            let claims = try await queue.claim(limit: 1)
            #expect(claims.map(\.mustUpsert) == [isSource])
        }
    }

    private func expectUnmovable(_ move: QueueMove, _ words: String) async {
        let error = await #expect(throws: QueueError.self) { try await move.run() }
        guard case .unmovable(let sentence) = error, sentence.contains(words) else {
            Issue.record("\(error.debugDescription)")
            return
        }
    }
}

extension MoveFixture {
    /// As the refusal of the source names it.
    fileprivate var sourceAddress: String {
        get throws {
            switch try source.configuration().store {
            case .file(let path): path
            case .postgres(let address): "\(address)"
            }
        }
    }
}

extension QueueHoldings {
    static func mark(of fixture: QueueFixture) async throws -> MoveMark? {
        let queue = try fixture.open { configuration in
            configuration.isMoving = true
            configuration.forwarding = .never
        }
        let mark = try await queue.read { transaction in try transaction.rows.moveMark() }
        await queue.close()
        return mark
    }
}
