import Foundation
import Logging
import NPSModel
import NPSQueue
import PlanhatAPI
import Synchronization
import TestSupport
import Testing

@testable import NPSApp

@Suite("Erasing at Planhat in the background")
struct RemoteErasuresTests {
    /// Ends the service after so many of its pauses.
    private final class Pauses: Sendable {
        private struct State {
            var left: Int
            var pauses: [Duration] = []
        }

        private let state: Mutex<State>

        init(_ count: Int) {
            state = Mutex(State(left: count))
        }

        var all: [Duration] { state.withLock { $0.pauses } }

        @Sendable
        func sleep(_ duration: Duration) async throws {
            try state.withLock { state in
                state.pauses.append(duration)
                guard state.left > 0 else { throw CancellationError() }
                state.left -= 1
            }
        }
    }

    private let clock = TestClock()

    /// Delivers and erases these persons' responses; for those with `remotely`, deletion at Planhat is asked for.
    private func withErased(
        _ persons: KeyValuePairs<String, Bool>,
        _ body: (ResponseQueue, [String: ResponseID]) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        var configuration = ResponseQueue.Configuration(path: directory.path("queue.db"))
        configuration.diskReserve = 0
        let queue = try ResponseQueue(configuration: configuration, now: { [clock] in clock.now }, logger: .silent)
        do {
            var ids: [String: ResponseID] = [:]
            for (name, remotely) in persons {
                let id = ResponseID(source: "acme", providerID: name)
                let response = SurveyResponse(
                    id: id,
                    source: "acme",
                    email: try EmailAddress("\(name)@example.com"),
                    score: try #require(Score(9)),
                    comment: nil,
                    answeredAt: clock.now
                )
                _ = try await queue.accept([Submission(response)])
                let claims = try await queue.claim(limit: 1)
                try await queue.settle(claims.map { $0.settled(as: .delivered(planhatID: name)) })
                _ = try await queue.erase(response.email, remotely: remotely)
                ids[name] = id
            }
            try await body(queue, ids)
        } catch {
            await queue.close()
            throw error
        }
        await queue.close()
    }

    private func run(
        _ queue: ResponseQueue,
        _ api: ScriptedAPI,
        passes: Int = 1,
        logs: RecordedLogs = RecordedLogs(),
        prompt: PromptErasures = PromptErasures(),
        isHeldUp: @escaping @Sendable () -> Bool = { false }
    ) async throws -> [Duration] {
        let pauses = Pauses(passes)
        let service = RemoteErasures(
            queue: queue,
            erasure: api.erasure(),
            isHeldUp: isHeldUp,
            logger: logs.logger,
            prompt: prompt,
            now: { [clock] in clock.now },
            sleep: pauses.sleep
        )
        try await service.run()
        return pauses.all
    }

    @Test("it deletes and confirms what was asked for, and nothing else")
    func wanted() async throws {
        try await withErased(["ana": true, "bob": false, "eve": true]) {
            (queue: ResponseQueue, ids: [String: ResponseID]) async throws -> Void in
            let records = ids.map { ScriptedAPI.Record($0.key, $0.value) }
            let api = ScriptedAPI(records: records)
            let logs = RecordedLogs()
            clock.advance(by: RemoteErasures.grace)
            #expect(try await run(queue, api, logs: logs) == [.seconds(60), .seconds(60)])
            #expect(api.records.map(\.id) == ["bob"])
            #expect(try await queue.unconfirmedErasures(after: nil, limit: 10).map(\.planhatId) == ["bob"])
            #expect(logs.lines.count == 1)
            for words in ["notice erased responses are gone at Planhat", #""deleted": 2"#, #""failed": 0"#] {
                #expect(logs.lines.first?.contains(words) == true)
            }
        }
    }

    @Test("the command that erases goes first: what was erased just now is left to it")
    func grace() async throws {
        try await withErased(["ana": true]) { (queue: ResponseQueue, _: [String: ResponseID]) async throws -> Void in
            let api = ScriptedAPI()
            clock.advance(by: RemoteErasures.grace - 1)
            _ = try await run(queue, api)
            #expect(api.asked.isEmpty)
            clock.advance(by: 1)
            _ = try await run(queue, api)
            #expect(try await queue.status().unconfirmed == 0)
        }
    }

    @Test("what somebody at a page waits for is deleted at once, and forgotten then")
    func prompt() async throws {
        try await withErased(["ana": true, "bob": true]) {
            (queue: ResponseQueue, ids: [String: ResponseID]) async throws -> Void in
            let api = ScriptedAPI(records: ids.map { ScriptedAPI.Record($0.key, $0.value) })
            let ana = try #require(ids["ana"])
            let prompt = PromptErasures()
            prompt.add([ana])
            _ = try await run(queue, api, prompt: prompt)
            #expect(api.records.map(\.id) == ["bob"])
            #expect(!prompt.contains(ana))
        }
    }

    @Test("whoever waits for new ones is woken by them, also when they came before", .hangGuard)
    func woken() async throws {
        let prompt = PromptErasures()
        let id = ResponseID(source: "acme", providerID: "1")
        prompt.add([id])
        await prompt.wait()
        let sleeper = Task { await prompt.wait() }
        prompt.add([])
        prompt.add([id])
        await sleeper.value
        let cancelled = Task { await prompt.wait() }
        cancelled.cancel()
        await cancelled.value
    }

    @Test("a clock that was set back doesn't keep it waiting for as long")
    func clockSetBack() async throws {
        try await withErased(["ana": true]) { (queue: ResponseQueue, _: [String: ResponseID]) async throws -> Void in
            clock.advance(by: -86_400)
            _ = try await run(queue, ScriptedAPI())
            #expect(try await queue.status().unconfirmed == 0)
        }
    }

    @Test("while delivery is held up, nothing is sent")
    func heldUp() async throws {
        try await withErased(["ana": true]) { (queue: ResponseQueue, _: [String: ResponseID]) async throws -> Void in
            clock.advance(by: RemoteErasures.grace)
            let api = ScriptedAPI()
            #expect(try await run(queue, api, isHeldUp: { true }) == [.seconds(60), .seconds(60)])
            #expect(api.asked.isEmpty)
        }
    }

    @Test("a token that is refused pauses it, is told once, and it goes on by itself")
    func refused() async throws {
        try await withErased(["ana": true, "bob": true]) {
            (queue: ResponseQueue, _: [String: ResponseID]) async throws -> Void in
            clock.advance(by: RemoteErasures.grace)
            let refusal = Result<Deletion, PlanhatError>.failure(.refused(.token, "The token is wrong."))
            let api = ScriptedAPI(deletions: [refusal, refusal])
            let logs = RecordedLogs()
            let pauses = try await run(queue, api, passes: 3, logs: logs)
            #expect(pauses == [.seconds(60), .seconds(300), .seconds(300), .seconds(60)])
            #expect(logs.lines.count { $0.contains("The token is wrong.") } == 1)
            #expect(try await queue.status().unconfirmed == 0)
        }
    }

    @Test("one that can't be deleted doesn't keep the others waiting, and is tried again an hour later")
    func failure() async throws {
        try await withErased(["ana": true, "bob": true]) {
            (queue: ResponseQueue, ids: [String: ResponseID]) async throws -> Void in
            clock.advance(by: RemoteErasures.grace)
            let id = try #require(ids["ana"])
            let misled = ScriptedAPI(
                records: [.init("other", ResponseID(source: "acme", providerID: "other"))],
                shownAs: "srcid-\(id)"
            )
            let logs = RecordedLogs()
            #expect(try await run(queue, misled, logs: logs) == [.seconds(60), .seconds(3_600)])
            #expect(try await queue.unconfirmedErasures(after: nil, limit: 10).map(\.id) == [id])
            #expect(logs.lines.count == 1 && logs.lines[0].hasPrefix("warning not all erased responses"))
            _ = try await run(queue, ScriptedAPI())
            #expect(try await queue.status().unconfirmed == 0)
        }
    }

    @Test("when nothing works it stops asking for an hour, and goes on behind what failed")
    func outage() async throws {
        try await withErased(["a": true, "b": true, "c": true, "d": true]) {
            (queue: ResponseQueue, ids: [String: ResponseID]) async throws -> Void in
            clock.advance(by: RemoteErasures.grace)
            let silence = Result<Deletion, PlanhatError>.failure(.notSent("no answer"))
            let api = ScriptedAPI(deletions: Array(repeating: silence, count: 12))
            #expect(try await run(queue, api, passes: 2).last == .seconds(3_600))
            #expect(try await queue.unconfirmedErasures(after: nil, limit: 10).map(\.planhatId) == ["a", "b", "c"])
        }
    }
}
