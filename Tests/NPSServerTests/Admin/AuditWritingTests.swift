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

        #expect(try await actions.discard([ids[0]], by: .token) == 1)
        _ = try await actions.discard([ids[0]], by: .token)
        #expect(logs.lines.count == 3 && logs.lines[2].contains("1 payload discarded"))

        let request = ErasureRequest(email: "ana@example.com", remote: true)
        _ = try await actions.erase(request, by: .page)
        _ = try await actions.erase(request, by: .page)
        #expect(logs.lines.count == 4)
        #expect(logs.lines[3].contains("3 responses and 1 quarantined payload erased"))
        #expect(!logs.lines.joined().contains("ana") && !logs.lines.joined().contains("example.com"))
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
