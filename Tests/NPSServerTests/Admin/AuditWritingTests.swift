import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NPSModel
import NPSQueue
import NPSWebhooks
import TestSupport
import Testing

@testable import NPSServer

@Suite("What is written of operators' actions")
struct AuditWritingTests {
    private let logs = RecordedLogs(level: .notice)

    private func actions(_ collector: CollectorFixture) -> OperatorActions {
        OperatorActions(
            queue: collector.queue,
            sources: collector.admin.sources,
            timeLimit: .seconds(5),
            logger: logs.logger
        )
    }

    private func submission(_ id: String) throws -> Submission {
        let json = try JSONValue(parsing: Data(#"{"id":"\#(id)","email":"ana@example.com","score":9}"#.utf8))
        return try ResponseDraft(json).check(source: "standard", receivedAt: Date())
    }

    private func payload(_ score: Int) -> QuarantineDraft {
        QuarantineDraft(
            source: "standard",
            deliveryID: nil,
            contentType: "application/json",
            body: Array(#"{"id":"q","email":"ana@example.com","score":\#(score)}"#.utf8),
            problems: []
        )
    }

    @Test("what changed something is written once, with how much, and what changed nothing isn't")
    func actions() async throws {
        let collector = try CollectorFixture()
        let actions = actions(collector)
        _ = try await collector.queue.accept([try submission("a"), try submission("b")])
        let claims = try await collector.queue.claim(limit: 2)
        try await collector.queue.settle(
            claims.map { Verdict(id: $0.response.id, revision: $0.revision, outcome: .park(reason: "bad item")) }
        )
        _ = try await actions.retry(RetryRequest(reason: "ana@example.com"), by: .verb)
        #expect(logs.lines.isEmpty)
        _ = try await actions.retry(RetryRequest(), by: .page)
        _ = try await actions.retry(RetryRequest(), by: .page)
        #expect(logs.lines.count == 1)
        #expect(logs.lines[0].contains("everything parked") && logs.lines[0].contains("2 responses are"))

        let drafts = [payload(11), payload(7), payload(12)]
        let ids = try await collector.queue.accept([], quarantining: drafts).quarantined
        _ = try await actions.replay(ReplayRequest(ids: ids, dryRun: true, reload: false), by: .verb)
        #expect(logs.lines.count == 1)
        _ = try await actions.replay(ReplayRequest(ids: ids, dryRun: false, reload: false), by: .verb)
        #expect(logs.lines.count == 2)
        #expect(logs.lines[1].contains("1 payload became 1 response, 2 stayed in quarantine"))
        #expect(logs.lines[1].contains("quarantine \(ids[1])"))

        #expect(try await actions.discard([ids[1], ids[0]], by: .token) == 1)
        _ = try await actions.discard([ids[0]], by: .token)
        #expect(logs.lines.count == 3 && logs.lines[2].contains("1 payload discarded"))
        let discarded = try #require(try await collector.queue.audit(.discard, limit: 1).first)
        #expect(discarded.subject == "quarantine \(ids[0])", "only what there was")

        for remote in [true, false] {
            _ = try await actions.erase(ErasureRequest(email: "ana@example.com", remote: remote), by: .page)
        }
        #expect(logs.lines.count == 4)
        #expect(logs.lines[3].contains("3 responses and 1 quarantined payload erased"))
        #expect(!logs.lines.joined().contains("ana") && !logs.lines.joined().contains("example.com"))
        await collector.end()
    }

    @Test("a deletion at Planhat that is ordered after the erasure is written, too")
    func later() async throws {
        let collector = try CollectorFixture()
        let actions = actions(collector)
        _ = try await collector.queue.accept([try submission("a")])
        let claims = try await collector.queue.claim(limit: 1)
        try await collector.queue.settle(
            claims.map { Verdict(id: $0.response.id, revision: $0.revision, outcome: .delivered(planhatID: "61")) }
        )
        func erase(remote: Bool, after: Int64? = nil) async throws {
            _ = try await actions.erase(
                ErasureRequest(email: "ana@example.com", remote: remote, after: after),
                by: .page
            )
        }
        try await erase(remote: false)
        #expect(logs.lines.count == 1 && logs.lines[0].contains("1 record may still be at Planhat"))
        try await erase(remote: false)
        #expect(logs.lines.count == 1)
        try await erase(remote: true)
        #expect(logs.lines.count == 2 && logs.lines[1].contains("1 record ordered to be deleted at Planhat"))
        // The second part of an erasure in parts, and whoever orders it once more.
        for after in [1, nil] as [Int64?] { try await erase(remote: true, after: after) }
        try await erase(remote: false)
        #expect(logs.lines.count == 2)
        #expect(try await collector.queue.audit(limit: 10).count == 2)
        await collector.end()
    }

    @Test("what ended with an error may have been done, and is written as begun")
    func unfinished() async throws {
        let collector = try CollectorFixture()
        let actions = actions(collector)
        await collector.end()
        await #expect(throws: Problem.self) { try await actions.retry(RetryRequest(), by: .page) }
        await #expect(throws: Problem.self) { try await actions.discard([QuarantineID(rawValue: 4)], by: .verb) }
        await #expect(throws: Problem.self) {
            try await actions.erase(ErasureRequest(email: "ana@example.com", remote: true), by: .page)
        }
        let lines = logs.lines.filter { $0.hasPrefix("notice") }
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.contains("begun, and ended with an error") && $0.contains("isn't known") })
        #expect(!lines.joined().contains("ana"))
        #expect(OperatorActions.unfinished(1, OperatorActions.retried).hasPrefix("1 response is to be sent again; "))
        #expect(OperatorActions.unfinished(2, OperatorActions.discarded).hasPrefix("2 payloads discarded; ended"))
    }

    @Test("an erasure tells each part as soon as it is done, and one that fails is written with what it did")
    func parts() async throws {
        let collector = try CollectorFixture()
        let actions = actions(collector)
        _ = try await collector.queue.accept([try submission("a")], quarantining: [payload(11)])
        var parts: [ErasurePart] = []
        let wanted = ErasureRequest(email: "ana@example.com", remote: true)
        _ = try await actions.erase(wanted, by: .page) { parts.append($0) }
        #expect(parts.first == .payloads(1))
        guard case .responses(let erasure) = parts.dropFirst().first else {
            Issue.record("it told nothing of the responses")
            return
        }
        #expect(erasure.responses.count == 1)
        var sum = ErasureSum()
        #expect(sum.unfinishedOutcome.hasPrefix("begun"))
        for part in parts { sum.add(part) }
        let text = sum.unfinishedOutcome
        #expect(text.hasPrefix("1 response and 1 quarantined payload erased; ") && text.hasSuffix("isn't known"))
        await collector.end()
    }

    @Test("a retry of ids is written with those that it was done to")
    func retried() async throws {
        let collector = try CollectorFixture()
        let actions = actions(collector)
        _ = try await collector.queue.accept([try submission("a"), try submission("b")])
        let claims = try await collector.queue.claim(limit: 2)
        try await collector.queue.settle([
            Verdict(id: claims[0].response.id, revision: claims[0].revision, outcome: .park(reason: "bad item"))
        ])
        let progress = try await actions.retry(RetryRequest(ids: claims.map(\.response.id)), by: .page)
        #expect(progress.count == 1 && progress.examined == 2)
        let entry = try #require(try await collector.queue.audit(limit: 1).first)
        #expect(entry.subject == claims[0].response.id.rawValue)
        await collector.end()
    }

    @Test("when nothing can be written of it, the action stands and the log says so")
    func failing() async throws {
        let collector = try CollectorFixture()
        let actions = actions(collector)
        await collector.end()
        await actions.note(.retry, by: .page, subject: "everything parked", outcome: "2 responses")
        #expect(logs.lines.first?.hasPrefix("notice") == true)
        #expect(logs.lines.dropFirst().allSatisfy { $0.hasPrefix("error") })
    }

    @Test("many ids are named by the first ten")
    func bounded() {
        #expect(OperatorActions.list([1, 2]) == "1, 2")
        #expect(OperatorActions.list(Array(1...1_000)) == "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 990 more")
        #expect(OperatorActions.list([Int]()) == "")
    }

    @Test(
        "verbs say who they are",
        arguments: [("nps-collector/1.0.0", .verb), ("curl/8", .token), ("xnps-collector/1", .token)]
            as [(String, AuditEntry.Actor)]
    )
    func actor(agent: String, actor: AuditEntry.Actor) {
        #expect(AuditEntry.Actor(.asked("/", ["User-Agent": agent])) == actor)
        #expect(AuditEntry.Actor(.asked("/")) == .token)
    }
}
