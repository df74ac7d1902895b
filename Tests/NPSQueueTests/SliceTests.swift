import Foundation
import GRDB
import NPSModel
import Synchronization
import TestSupport
import Testing

@testable import NPSQueue

/// Long work takes many short transactions, so that acceptance gets its turn between them. Counted are the statements
/// in a transaction, each of which reads or writes a bounded number of rows; nothing here depends on time.
@Suite("Long work in slices")
struct SliceTests {
    /// Counts the statements of each transaction.
    private final class WorkLog: Sendable {
        private struct State {
            var finished: [[String: Int]] = []
            var current: [String: Int] = [:]
        }

        private let state = Mutex(State())

        func note(_ sql: String) {
            state.withLock { state in
                if sql.hasPrefix("BEGIN") {
                    state.current = [:]
                } else if sql.hasPrefix("COMMIT") {
                    state.finished.append(state.current)
                } else {
                    state.current[sql.split(separator: " ").prefix(3).joined(separator: " "), default: 0] += 1
                }
            }
        }

        /// Of each transaction in which there was one, how many statements began with these words.
        func counts(_ words: String) -> [Int] {
            state.withLock { $0.finished.map { $0[words] ?? 0 }.filter { $0 > 0 } }
        }

        func clear() { state.withLock { $0.finished = [] } }
    }

    private func watch(_ queue: ResponseQueue) async throws -> WorkLog {
        let log = WorkLog()
        try await queue.transact { transaction in
            try transaction.database.trace { event in
                if case .statement(let statement) = event { log.note(statement.sql) }
            }
        }
        return log
    }

    /// Parks without claiming first, so that the test is quick.
    private func park(_ count: Int, in queue: ResponseQueue, from first: Int = 0) async throws {
        for start in stride(from: first, to: first + count, by: 1_000) {
            let submissions = try (start..<min(start + 1_000, first + count)).map { try submission($0) }
            _ = try await queue.accept(submissions)
        }
        try await queue.transact { transaction in
            try transaction.database.execute(
                sql: """
                    UPDATE queue SET state = 4, next_attempt_at = NULL, reason = 'unknown contact', closed_at = 0
                    WHERE state = 1
                    """
            )
            transaction.state.books.parked += transaction.state.books.pending
            transaction.state.books.pending = 0
        }
    }

    @Test("thousands of parked responses are retried a few in each transaction, in as many calls as it takes")
    func retryAll() async throws {
        let fixture = try QueueFixture()
        let count = 5_050
        try await fixture.withQueue { queue in
            try await park(count, in: queue)
            let log = try await watch(queue)
            var sum = RetryProgress()
            var calls = 0
            repeat {
                let part = try await queue.retryParked(after: sum.next, within: .zero)
                #expect(part.count <= ResponseQueue.slice)
                sum.count += part.count
                sum.examined += part.examined
                sum.next = part.next
                calls += 1
            } while sum.next != nil
            #expect(sum.count == count && sum.examined == count)
            #expect(calls == count / ResponseQueue.slice + 1)
            #expect(log.counts("UPDATE queue SET").allSatisfy { $0 <= ResponseQueue.slice })
            let status = try await queue.status()
            #expect(status.pending == count && status.parked == 0 && status.balances)
        }
        try Audit(of: fixture.path).check()
    }

    @Test(
        "a retry of all ends although some are parked again meanwhile and new ones come, and can be given up half-way"
    )
    func retryEnds() async throws {
        let fixture = try QueueFixture()
        try await fixture.withQueue { queue in
            try await park(250, in: queue)
            var part = try await queue.retryParked(within: .zero)
            #expect(part.count == 100)
            let claims = try await queue.claim(limit: 100)
            try await queue.settle(claims.map { $0.verdict(.park(reason: "unknown contact")) })
            try await park(50, in: queue, from: 1_000)
            // Whoever began is gone: what was retried stays so, and another may begin anew.
            #expect(try await queue.retryParked(reasonContaining: "nothing like it", within: .zero).count == 0)
            var count = part.count
            while let next = part.next {
                part = try await queue.retryParked(after: next, within: .zero)
                count += part.count
            }
            #expect(count == 250)
            #expect(try await queue.status().parked == 150)
        }
    }

    @Test("what is pending is found behind any number of parked responses, a few numbers at a time")
    func listBehindParked() async throws {
        let fixture = try QueueFixture()
        try await fixture.withQueue { queue in
            try await park(25, in: queue)
            _ = try await queue.accept(try (100..<103).map { try submission($0) })
            var (found, looks, last): ([Int64], Int, Int64?) = ([], 0, 0)
            while let after = last {
                let filter = QueueFilter(state: .pending, limit: 2, after: after)
                let part = try await queue.transact { transaction in
                    try transaction.list(filter, of: nil, byteLimit: .max, window: 4)
                }
                #expect(part.last.map { $0 - after <= 4 } != false)
                found += part.responses.map(\.sequence)
                last = part.last
                looks += 1
            }
            #expect(found == [26, 27, 28])
            #expect(looks >= 28 / 4)
            #expect(try await queue.list(QueueFilter(state: .pending)).count == 3)
            #expect(try await queue.list(QueueFilter(state: .pending, after: .min)).count == 3)
            #expect(try await queue.list(QueueFilter(state: .pending, after: .max)).isEmpty)
        }
    }

    @Test("five thousand verdicts are stored a few in each transaction, between which acceptance gets its turn")
    func settle() async throws {
        let fixture = try QueueFixture()
        try await fixture.withQueue { queue in
            for start in stride(from: 0, to: 5_000, by: 1_000) {
                _ = try await queue.accept(try (start..<start + 1_000).map { try submission($0) })
            }
            let log = try await watch(queue)
            let claims = try await queue.claim(limit: 5_000)
            #expect(claims.count == 5_000)
            #expect(log.counts("UPDATE queue SET").allSatisfy { $0 <= ResponseQueue.slice })
            try await queue.release(claims.suffix(1_000).map(\.response.id))
            log.clear()
            // Several callers at once: their slices don't join in one transaction.
            try await withThrowingTaskGroup { group in
                for start in stride(from: 0, to: 4_000, by: 500) {
                    let part = claims[start..<start + 500]
                    group.addTask { try await queue.settle(part.map { $0.verdict(.delivered(planhatID: nil)) }) }
                }
                for number in 9_000..<9_100 {
                    group.addTask { _ = try await queue.accept([try submission(number)]) }
                }
                try await group.waitForAll()
            }
            let counts = log.counts("DELETE FROM queue")
            #expect(counts.allSatisfy { $0 <= ResponseQueue.slice })
            #expect(counts.reduce(0, +) == 4_000)
            let status = try await queue.status()
            #expect(status.delivered == 4_000 && status.pending == 1_100 && status.balances)
        }
    }

    @Test("listings and erasure read and write a few rows in each transaction")
    func listings() async throws {
        let fixture = try QueueFixture()
        let person = try EmailAddress("one@example.com")
        try await fixture.withQueue { queue in
            _ = try await queue.accept(try (0..<1_000).map { try submission($0, email: person.address) })
            _ = try await queue.accept([], quarantining: (0..<250).map { draft("\($0) one@example.com") })
            let log = try await watch(queue)
            #expect(try await queue.list(QueueFilter(limit: 1_000)).map(\.sequence) == Array(1...1_000))
            #expect(try await queue.list(QueueFilter(state: .pending, limit: 1_000, after: 300)).count == 700)
            #expect(try await queue.list(QueueFilter(person: person, limit: 1_000)).count == 1_000)
            #expect(try await queue.list(QueueFilter(state: .parked, person: person, limit: 1_000)).isEmpty)
            #expect(try await queue.quarantine(limit: 1_000).map(\.id.rawValue) == Array(1...250))
            // All states are in two tables, of which one is read by the state: three statements at most.
            let reads = log.counts("SELECT sequence, id,").map { ($0 + 2) / 3 } + log.counts("SELECT id, source,")
            // Each ends with an empty slice, unless the page is full, or the last number is known and reached.
            let slices = [10, 7, 10, 11, 4]
            #expect(reads.count == slices.reduce(0, +))
            #expect(reads.allSatisfy { $0 == 1 })
            log.clear()
            #expect(try await queue.erase(person).responses.count == 1_000)
            #expect(try await queue.eraseQuarantined(person, within: .seconds(86_400)).count == 250)
            #expect(log.counts("DELETE FROM queue").allSatisfy { $0 <= ResponseQueue.slice })
            #expect(log.counts("DELETE FROM queue").reduce(0, +) == 1_000)
            #expect(log.counts("DELETE FROM quarantine").allSatisfy { $0 <= 4 })
            #expect(log.counts("DELETE FROM quarantine").reduce(0, +) == 250)
        }
        try Audit(of: fixture.path).check()
    }

    @Test("a page with long content ends early and leaves nothing out", arguments: Engine.sealing)
    func pageBytes(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let comment = String(repeating: "x", count: 100_000)
            for start in stride(from: 0, to: 200, by: 50) {
                _ = try await queue.accept(try (start..<start + 50).map { try submission($0, comment: comment) })
            }
            var sizes: [Int] = []
            var last: Int64?
            while case let page = try await queue.list(QueueFilter(limit: 1_000, after: last)), let end = page.last {
                sizes.append(page.count)
                last = end.sequence
            }
            #expect(sizes.reduce(0, +) == 200 && sizes.count == 2)
        }
    }

    @Test(
        "what a kill interrupted becomes ambiguous in slices, and all of it waits for as long, whatever interrupts that"
    )
    func interruption() async throws {
        let fixture = try QueueFixture()
        let grace: @Sendable (Int) -> TimeInterval = { 60 + 0.01 * TimeInterval($0) }
        let queue = try fixture.open()
        _ = try await queue.accept(try (0..<350).map { try submission($0) })
        #expect(try await queue.claim(limit: 350).count == 350)
        let start = fixture.clock.now
        let copy = try fixture.snapshot()
        await queue.close()
        // The first start was stopped after a slice.
        let connection = try SQLiteConnection(copy)
        _ = try connection.transact(from: try connection.state(), at: Milliseconds(start)) { transaction in
            let part = try transaction.interruptSending(after: 0, limit: ResponseQueue.slice, grace: grace)
            #expect(part.count == 100 && part.last == 100)
            return []
        }
        connection.close()
        fixture.clock.advance(by: 0.5)
        let reopened = try fixture.open(copy) { $0.ambiguousGrace = grace }
        let items = try await reopened.list(QueueFilter(limit: 1_000))
        #expect(Set(items.map(\.state)) == [.pending])
        #expect(Set(items.map(\.nextAttemptAt)) == [start.addingTimeInterval(63.5)])
        #expect(try await reopened.transact { $0.state.books.interruptedUntil } == nil)
        await reopened.close()
        try Audit(of: copy).check()
    }
}
