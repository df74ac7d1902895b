import Dispatch
import Foundation
import GRDB
import Logging
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

/// What goes on while the power may fail.
enum PowerCutWorkload: String, CaseIterable, Sendable, CustomTestStringConvertible {
    /// A bit of everything, in small portions.
    case everyday
    /// Calls that take several transactions each.
    case slices
    /// The first start, and the first response.
    case creation
    /// A file of an earlier version is opened and goes on.
    case migration

    var testDescription: String { rawValue }

    /// Runs it, and returns what it did.
    func run(seed: UInt64) async throws -> PowerCutHistory {
        let files = try TemporaryDirectory()
        let path = files.path(PowerCutRun.file)
        var start = QueueContents()
        switch self {
        case .everyday, .slices: try await PowerCutRun.prepare(path)
        case .migration: start = try await PowerCutRun.copyFixture(to: path)
        case .creation: break
        }
        var run = try PowerCutRun(in: files, from: start, seed: seed)
        defer { FaultyDisk.forget(files.url) }
        switch self {
        case .everyday: try await run.everyday()
        case .slices: try await run.slices()
        case .creation: try await run.creation()
        case .migration: try await run.migration()
        }
        return run.finished()
    }
}

/// A workload under way.
struct PowerCutRun {
    static let file = "queue.db"

    private let files: TemporaryDirectory
    private let recording: DiskRecording
    private let clock = TestClock(at: 1_800_000_000)
    private var generator: SeededGenerator
    private var history: PowerCutHistory
    private var queue: ResponseQueue?
    private var claims: [Claim] = []
    /// Makes each text unlike all others.
    private var edition = 0
    /// What a person has written so far, by the person's number.
    private var texts: [Int: [String]] = [:]
    private var payloads: [QuarantineID: String] = [:]

    init(in files: TemporaryDirectory, from start: QueueContents, seed: UInt64) throws {
        self.files = files
        var initial: [String: [UInt8]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: files.path) {
            initial[name] = Array(try Data(contentsOf: files.url.appending(path: name)))
        }
        recording = DiskRecording(initial: initial)
        generator = SeededGenerator(seed: seed)
        history = PowerCutHistory(files: initial, start: start)
        #expect(FaultyDisk.watch(files.url, recording: recording))
    }

    static func open(_ path: String, _ clock: TestClock) throws -> ResponseQueue {
        var configuration = ResponseQueue.Configuration(path: path)
        configuration.diskReserve = 0
        // A few transactions, so that the log is often moved into the database and begun anew.
        configuration.pagesPerCheckpoint = 24
        // Nothing happens at a moment that the test doesn't choose.
        configuration.truncationPause = 86_400
        configuration.namesEpochFile = false
        return try ResponseQueue(configuration: configuration, now: { clock.now }, logger: .silent)
    }

    /// An empty queue whose key is always the same, as the order of an index depends on it.
    static func prepare(_ path: String) async throws {
        await (try open(path, TestClock())).close()
        let connection = try DatabaseQueue(path: path)
        try await connection.write { database in
            try database.execute(sql: "UPDATE person_key SET key = ?", arguments: [Data(repeating: 7, count: 32)])
        }
        try connection.close()
    }

    /// Returns what it has to contain after its migration.
    static func copyFixture(to path: String) async throws -> QueueContents {
        let fixture = try QueueFixture()
        try fixture.copy("queue-73a827a")
        try FileManager.default.copyItem(atPath: fixture.path, toPath: path)
        let queue = try open(fixture.path, TestClock(at: 1_800_000_000))
        let contents = try await QueueContents(of: queue)
        await queue.close()
        return contents
    }

    func finished() -> PowerCutHistory {
        var finished = history
        finished.operations = recording.operations
        return finished
    }
}

/// The workloads.
extension PowerCutRun {
    mutating func creation() async throws {
        try await restart()
        try await accept([try answer(1)])
        try await accept([try answer(2), try answer(1)], [payload()])
        try await restart()
        try await close()
    }

    mutating func migration() async throws {
        try await restart()
        try await accept([try answer(1), try answer(2)])
        try await upgrade(by: 3)
        try await claim(3)
        try await settle(claims.count)
        try await upgrade(by: 2)
        try await accept([try answer(1)])
        try await erasePerson()
        try await restart()
        while try await opened().status().upgrade != nil { try await upgrade(by: 5) }
        try await restart()
        try await close()
    }

    private mutating func upgrade(by limit: Int) async throws {
        let begun = recording.position
        _ = try await opened().upgrade(limit: limit)
        try await finish([call(begun, [])])
    }

    mutating func slices() async throws {
        try await restart()
        try await accept(try (1...130).map { try answer($0) })
        try await claim(130, slice: ResponseQueue.slice)
        try await accept([try answer(3), try answer(120), try answer(131)])
        try await settle(118, only: .delivered(planhatID: "p"), slice: ResponseQueue.slice)
        try await erase(Array(8...115))
        try await claim(130, slice: ResponseQueue.slice)
        try await restart()
        try await removeReceipts()
        try await close()
    }

    mutating func everyday() async throws {
        try await restart()
        for _ in 1...34 { try await act() }
        try await close()
    }

    private mutating func act() async throws {
        clock.advance(by: Double.random(in: 0...20, using: &generator))
        switch Int.random(in: 0..<20, using: &generator) {
        case 0..<4: try await accept(try answers(Int.random(in: 1...3, using: &generator)))
        case 4..<6: try await acceptTogether()
        case 6..<9: try await claim(Int.random(in: 1...5, using: &generator))
        case 9..<12: try await settle(Int.random(in: 1...3, using: &generator))
        case 12: try await release()
        case 13: try await accept(try answers(1), [payload(), payload()])
        case 14: try await replay()
        case 15: try await removePayload()
        case 16: try await erasePerson()
        case 17: try await retryParked()
        case 18: try await truncateLog()
        default: try await restart()
        }
    }
}

/// The steps.
extension PowerCutRun {
    private func opened() throws -> ResponseQueue { try #require(queue) }

    private func call(_ begun: Int, _ keys: [String], slice: Int? = nil) -> PowerCutHistory.Call {
        PowerCutHistory.Call(begun: begun, returned: recording.position, keys: keys, slice: slice)
    }

    private mutating func finish(_ calls: [PowerCutHistory.Call]) async throws {
        let after = try await QueueContents(of: try opened())
        let before = history.steps.last?.after ?? history.start
        let changed = Set(before.entries.keys).union(after.entries.keys)
            .filter { before.entries[$0] != after.entries[$0] }
        #expect(changed.isSubset(of: calls.flatMap(\.keys)))
        history.steps.append(PowerCutHistory.Step(calls: calls, after: after))
    }

    private mutating func restart() async throws {
        let begun = recording.position
        await queue?.close()
        queue = try Self.open(files.path(Self.file), clock)
        claims = []
        try await finish([call(begun, [])])
    }

    private mutating func close() async throws {
        let begun = recording.position
        await queue?.close()
        queue = nil
        let last = history.steps.last?.after ?? history.start
        history.steps.append(PowerCutHistory.Step(calls: [call(begun, [])], after: last))
    }

    /// A new answer of this person.
    private mutating func answer(_ number: Int) throws -> Submission {
        edition += 1
        let text = "canary \(edition)."
        texts[number, default: []].append(text)
        return try submission(number, score: edition % 11, comment: text)
    }

    /// Of as many different persons.
    private mutating func answers(_ count: Int) throws -> [Submission] {
        let numbers = (1...14).shuffled(using: &generator).prefix(count)
        return try numbers.map { try answer($0) }
    }

    private mutating func payload() -> QuarantineDraft {
        edition += 1
        let size = Int.random(in: 10...9_000, using: &generator)
        return draft("payload \(edition). \(String(repeating: "x", count: size))", deliveryID: "\(edition)")
    }

    private mutating func accept(
        _ submissions: [Submission],
        _ drafts: [QuarantineDraft] = [],
        resolving resolved: [QuarantineID] = []
    ) async throws {
        let begun = recording.position
        let intake = try await opened().accept(submissions, quarantining: drafts, resolving: resolved)
        let keys = submissions.map { QueueContents.key($0.response.id) }
        var call = call(begun, keys + (intake.quarantined + resolved).map { QueueContents.key($0) })
        (call.submissions, call.drafts, call.resolved) = (submissions, drafts, resolved)
        for (id, draft) in zip(intake.quarantined, drafts) {
            payloads[id] = String(decoding: draft.body, as: UTF8.self)
        }
        for id in resolved { payloads[id] = nil }
        try await finish([call])
    }

    /// Several calls whose work is committed together, with a settlement among them.
    private mutating func acceptTogether() async throws {
        let parts = try answers(6)
        // Each call has responses of its own, so that each can be told from the others.
        let ids = Set(parts.map(\.response.id))
        let settled = claims.filter { !ids.contains($0.response.id) }
        claims.removeAll { !ids.contains($0.response.id) }
        for claim in settled { arrive(claim) }
        let calls = try await Self.together(
            [Array(parts[0..<2]), Array(parts[2..<5]), [parts[5]]],
            settled.map { $0.verdict(.delivered(planhatID: "p")) },
            try opened(),
            recording
        )
        try await finish(calls)
    }

    private static func together(
        _ parts: [[Submission]],
        _ verdicts: [Verdict],
        _ queue: ResponseQueue,
        _ recording: DiskRecording
    ) async throws -> [PowerCutHistory.Call] {
        // Holds the first transaction until all of them wait for the next one.
        let gate = DispatchSemaphore(value: 0)
        let held = Task.immediate { try await queue.transact { _ in gate.wait() } }
        return try await withThrowingTaskGroup(of: PowerCutHistory.Call.self) { group in
            let begun = recording.position
            for part in parts {
                group.addImmediateTask {
                    _ = try await queue.accept(part)
                    return PowerCutHistory.Call(
                        begun: begun,
                        returned: recording.position,
                        keys: part.map { QueueContents.key($0.response.id) },
                        submissions: part
                    )
                }
            }
            if !verdicts.isEmpty {
                group.addImmediateTask {
                    try await queue.settle(verdicts)
                    let keys = verdicts.map { QueueContents.key($0.id) }
                    return PowerCutHistory.Call(begun: begun, returned: recording.position, keys: keys)
                }
            }
            gate.signal()
            try await held.value
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private mutating func claim(_ limit: Int, slice: Int? = nil) async throws {
        let begun = recording.position
        let new = try await opened().claim(limit: limit)
        claims += new
        try await finish([call(begun, new.map { QueueContents.key($0.response.id) }, slice: slice)])
    }

    private mutating func takeClaim() -> Claim? {
        guard !claims.isEmpty else { return nil }
        return claims.remove(at: Int.random(in: 0..<claims.count, using: &generator))
    }

    /// Planhat has it from now on.
    private mutating func arrive(_ claim: Claim) {
        history.recordChanges.append(
            PowerCutHistory.RecordChange(
                position: recording.position,
                id: claim.response.id,
                response: claim.response
            )
        )
    }

    private mutating func settle(_ count: Int, only: Outcome? = nil, slice: Int? = nil) async throws {
        var verdicts: [Verdict] = []
        for _ in 0..<count {
            guard let claim = takeClaim() else { break }
            let outcome = only ?? anyOutcome()
            switch outcome {
            case .delivered: arrive(claim)
            case .ambiguous: if Bool.random(using: &generator) { arrive(claim) }
            case .retry, .park: break
            }
            verdicts.append(claim.verdict(outcome))
        }
        let begun = recording.position
        try await opened().settle(verdicts)
        try await finish([call(begun, verdicts.map { QueueContents.key($0.id) }, slice: slice)])
    }

    private mutating func anyOutcome() -> Outcome {
        let soon = clock.now.addingTimeInterval(Double.random(in: 0...30, using: &generator))
        return switch Int.random(in: 0..<6, using: &generator) {
        case 0: .retry(at: soon, reason: "busy", countsAttempt: true)
        case 1: .ambiguous(retryAt: soon, reason: "no answer")
        case 2: .park(reason: "unknown contact")
        default: .delivered(planhatID: "p")
        }
    }

    private mutating func release() async throws {
        guard let claim = takeClaim() else { return }
        let begun = recording.position
        try await opened().release([claim.response.id])
        try await finish([call(begun, [QueueContents.key(claim.response.id)])])
    }

    /// An operator has repaired a mapping: an entry becomes a response.
    private mutating func replay() async throws {
        guard let id = payloads.keys.sorted(by: { $0.rawValue < $1.rawValue }).first else { return }
        let answer = try answer(1_000 + Int(id.rawValue))
        try await accept([answer], resolving: [id])
    }

    private mutating func removePayload() async throws {
        guard let (id, body) = payloads.min(by: { $0.key.rawValue < $1.key.rawValue }) else { return }
        payloads[id] = nil
        let begun = recording.position
        _ = try await opened().discard([id])
        noteErased([String(body.prefix(while: { $0 != "." })) + "."])
        try await finish([call(begun, [QueueContents.key(id)])])
    }

    private mutating func noteErased(_ texts: [String]) {
        let position = recording.position
        history.erasedTexts += texts.map { PowerCutHistory.ErasedText(position: position, text: $0) }
    }

    private mutating func erasePerson() async throws {
        let number = Int.random(in: 1...4, using: &generator)
        let begun = recording.position
        let erasure = try await opened().erase(try EmailAddress("person\(number)@example.com"))
        noteErased(texts[number] ?? [])
        texts[number] = []
        try await finish([call(begun, erasure.responses.map { QueueContents.key($0.id) })])
        let removable = erasure.remote.filter { $0.deletableFrom.map { $0 <= clock.now } ?? false }.map(\.id)
        for id in removable {
            history.recordChanges.append(
                PowerCutHistory.RecordChange(position: recording.position, id: id, response: nil)
            )
        }
        let confirmed = recording.position
        _ = try await opened().confirmErasure(removable)
        try await finish([call(confirmed, removable.map { QueueContents.key($0) })])
    }

    private mutating func erase(_ numbers: [Int]) async throws {
        let ids = numbers.map { ResponseID(source: "test", providerID: "\($0)") }
        let begun = recording.position
        _ = try await opened().erase(ids)
        noteErased(numbers.flatMap { texts[$0] ?? [] })
        try await finish([call(begun, ids.map { QueueContents.key($0) }, slice: ResponseQueue.slice)])
    }

    private mutating func retryParked() async throws {
        let parked = history.steps.last?.after.responses.filter { $0.value == .parked }.keys.map { $0 } ?? []
        let begun = recording.position
        _ = try await opened().retryParked()
        try await finish([call(begun, parked.map { QueueContents.key($0) })])
    }

    private mutating func removeReceipts() async throws {
        let responses = history.steps.last?.after.responses.keys.map { $0 } ?? []
        let begun = recording.position
        _ = try await opened().removeReceipts(before: .distantFuture)
        var call = call(begun, responses.map { QueueContents.key($0) })
        call.isOrdered = false
        try await finish([call])
    }

    private mutating func truncateLog() async throws {
        let begun = recording.position
        try await opened().truncateLog()
        try await finish([call(begun, [])])
    }
}
