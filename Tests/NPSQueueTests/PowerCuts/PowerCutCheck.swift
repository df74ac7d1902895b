import Foundation
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

/// Starts the queue from what a power cut left, and looks for whatever breaks a promise.
struct PowerCutCheck {
    private let history: PowerCutHistory
    /// How many operations of the workload came before the cut.
    private let position: Int
    private var generator: SeededGenerator
    private let clock = TestClock(at: 1_900_000_000)
    private var planhat: [ResponseID: SurveyResponse?]
    private var problems: [String] = []

    init(_ history: PowerCutHistory, at position: Int, using generator: SeededGenerator) {
        self.history = history
        self.position = position
        self.generator = generator
        planhat = history.planhat(at: position)
    }

    /// Empty when all is well. Sometimes the power fails again while the queue starts; then that is checked, too.
    static func problems(
        of history: PowerCutHistory,
        at position: Int,
        leaving image: [String: [UInt8]],
        using generator: inout SeededGenerator,
        mayFailAgain: Bool = true
    ) async -> [String] {
        var check = PowerCutCheck(history, at: position, using: SeededGenerator(seed: generator.next()))
        do {
            try await check.run(on: image, mayFailAgain: mayFailAgain)
        } catch {
            check.problems.append("\(error)")
        }
        return check.problems
    }

    private mutating func run(on image: [String: [UInt8]], mayFailAgain: Bool) async throws {
        let files = try TemporaryDirectory()
        for (name, bytes) in image { try Data(bytes).write(to: files.url.appending(path: name)) }
        let recording = DiskRecording(initial: image)
        #expect(FaultyDisk.watch(files.url, recording: recording))
        defer { FaultyDisk.forget(files.url) }
        let path = files.path(PowerCutRun.file)
        let queue = try PowerCutRun.open(path, clock)
        do {
            if mayFailAgain, Int.random(in: 0..<4, using: &generator) == 0 {
                await cutAgain(recording, image)
            }
            try await check(queue, bytes: try bytes(in: files))
        } catch {
            problems.append("\(error)")
        }
        await queue.close()
        try checkEnd(path, bytes: try bytes(in: files))
    }

    private mutating func cutAgain(_ recording: DiskRecording, _ image: [String: [UInt8]]) async {
        let operations = recording.operations
        let count = Int.random(in: 0...operations.count, using: &generator)
        var disk = SimulatedDisk(image)
        for operation in operations.prefix(count) { disk.apply(operation) }
        let second = disk.afterPowerCut(using: &generator)
        let found = await Self.problems(
            of: history,
            at: position,
            leaving: second,
            using: &generator,
            mayFailAgain: false
        )
        problems += found.map { "cut again after \(count) of the \(operations.count) operations of the start: \($0)" }
    }

    private mutating func check(_ queue: ResponseQueue, bytes: Data) async throws {
        try await checkBooks(queue)
        if try await queue.status().restoration != nil { problems.append("it is taken for one that was put back") }
        let found = try await QueueContents(of: queue)
        problems += history.differences(of: found, at: position)
        for erased in history.erasedTexts where erased.position <= position {
            if bytes.range(of: Data(erased.text.utf8)) != nil { problems.append("\(erased.text) is readable") }
        }
        try await checkReceipts(queue, found)
        let accepted = try await queue.status().accepted + resend(to: queue, found)
        try await deliver(from: queue)
        try await checkBooks(queue)
        try await checkPlanhat(queue, accepted: accepted)
    }

    private mutating func checkBooks(_ queue: ResponseQueue) async throws {
        let audit = try await queue.transact { try Audit(reading: try $0.database) }
        if audit.integrity != "ok" { problems.append("integrity check: \(audit.integrity ?? "nothing")") }
        if audit.books != audit.counted { problems.append("books \(audit.books), counted \(audit.counted)") }
        if try await !queue.status().balances { problems.append("the books don't balance") }
    }

    /// What was delivered is what Planhat got.
    private mutating func checkReceipts(_ queue: ResponseQueue, _ found: QueueContents) async throws {
        for (id, response) in planhat {
            guard let digest = response?.contentDigest, found.responses[id] == .delivered else { continue }
            if try await !queue.delivered(id, as: digest) { problems.append("\(id) was delivered with other content") }
        }
    }

    /// Who got no answer sends again. Returns how many of these responses are new.
    private mutating func resend(to queue: ResponseQueue, _ found: QueueContents) async throws -> Int {
        var new: Set<ResponseID> = []
        for call in history.interruptedCalls(at: position) {
            _ = try await queue.accept(
                call.submissions,
                quarantining: call.drafts,
                resolving: call.resolved.filter(found.quarantined.contains)
            )
            new.formUnion(call.submissions.map(\.response.id))
        }
        return new.subtracting(found.responses.keys).count
    }

    private mutating func deliver(from queue: ResponseQueue) async throws {
        _ = try await queue.retryParked()
        // After all that was put off.
        clock.advance(by: 86_400)
        while case let claims = try await queue.claim(limit: 1_000), !claims.isEmpty {
            for claim in claims {
                let id = claim.response.id
                if !claim.mustUpsert, planhat[id] != nil { problems.append("\(id) is created at Planhat twice") }
                planhat.updateValue(claim.response, forKey: id)
            }
            try await queue.settle(claims.map { $0.verdict(.delivered(planhatID: nil)) })
        }
    }

    private mutating func checkPlanhat(_ queue: ResponseQueue, accepted: Int) async throws {
        let end = try await QueueContents(of: queue)
        let status = try await queue.status()
        if status.accepted != accepted || status.delivered + status.erased != accepted {
            problems.append("of \(accepted) responses, \(status.accepted) are counted: \(status)")
        }
        for (id, response) in history.newest(at: position) where end.responses[id] == .delivered {
            guard let record = planhat[id], let record else {
                problems.append("\(id) is missing at Planhat")
                continue
            }
            if record.comment != response.comment {
                problems.append("\(id) is \(record.comment ?? "-") at Planhat, and was \(response.comment ?? "-")")
            }
        }
        for id in planhat.keys where end.responses[id] == .erased && !end.mayBeAtPlanhat.contains(id) {
            problems.append("\(id) stays at Planhat although it was erased")
        }
    }

    /// After the last delivery and a stop, nothing that a person wrote is left.
    private mutating func checkEnd(_ path: String, bytes: Data) throws {
        let audit = try Audit(of: path)
        if audit.integrity != "ok" { problems.append("integrity check: \(audit.integrity ?? "nothing")") }
        if audit.books != audit.counted { problems.append("books \(audit.books), counted \(audit.counted)") }
        if bytes.range(of: Data("canary".utf8)) != nil { problems.append("delivered content is readable") }
    }

    private func bytes(in files: TemporaryDirectory) throws -> Data {
        var all = Data()
        for name in [PowerCutRun.file, PowerCutRun.file + "-wal"] {
            if let bytes = FileManager.default.contents(atPath: files.path(name)) { all += bytes }
        }
        return all
    }
}
