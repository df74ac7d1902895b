import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NPSModel
import NPSQueue
import Testing

@testable import NPSServer

@Suite("POST /quarantine/replay")
struct ReplayTests {
    private static let wrong = "preset: standard\nmapping: |\n  .[] | {id, email, score: .rating}\n"
    private static let mended = "preset: standard\nmapping: |\n  .[] | {id, email, score: (.rating // .nps)}\n"
    private static let batch = #"""
        [{"id":"a","email":"ana@example.com","rating":1},{"id":"b","email":"bo@example.com","nps":2}]
        """#

    private static let noScore = "must be a whole number from 0 to 10"

    private static func id(_ provider: String) -> ResponseID { ResponseID(source: "acme", providerID: provider) }

    /// Sends a signed body and gives the number of the entry that it became.
    private func quarantine(_ body: String, delivery: String, in collector: CollectorFixture) async throws
        -> QuarantineID
    {
        try await collector.publicly { client async throws in
            let response = try await client.executeRequest(
                uri: "/webhooks/acme",
                method: .post,
                headers: CollectorFixture.signed(body, id: delivery),
                body: ByteBuffer(string: body)
            )
            #expect(response.status == .unprocessableContent)
        }
        return try #require(try await collector.queue.quarantine().first { $0.deliveryID == delivery }?.id)
    }

    private func ask(_ collector: CollectorFixture, _ body: String) async throws -> TestResponse {
        let answer = Answer()
        try await collector.administratively { client async throws in
            let response = try await client.executeRequest(
                uri: "/quarantine/replay",
                method: .post,
                headers: [.authorization: "Bearer " + CollectorFixture.adminToken],
                body: ByteBuffer(string: body)
            )
            await answer.keep(response)
        }
        return try #require(await answer.response)
    }

    private actor Answer {
        private(set) var response: TestResponse?

        func keep(_ response: TestResponse) { self.response = response }
    }

    /// All that is in quarantine, unless ids are given.
    private func replay(
        _ collector: CollectorFixture,
        _ ids: [QuarantineID]? = nil,
        dryRun: Bool = false,
        reload: Bool = true
    ) async throws -> [ReplayOutcome] {
        let all = try await collector.queue.quarantine().map(\.id)
        let request = ReplayRequest(ids: ids ?? all, dryRun: dryRun, reload: reload)
        let response = try await ask(collector, String(decoding: try JSONEncoder().encode(request), as: UTF8.self))
        #expect(response.status == .ok, "\(response.text)")
        return try JSONDecoder().decode([ReplayOutcome].self, from: Data(response.text.utf8))
    }

    @Test("after the mapping is mended, without a restart, a batch's missing responses are accepted and no other twice")
    func batch() async throws {
        let collector = try CollectorFixture(files: ["acme": Self.wrong])
        let entry = try await quarantine(Self.batch, delivery: "m1", in: collector)
        #expect(try await collector.queue.status().accepted == 1)
        #expect(
            try await replay(collector) == [
                .invalid(entry, [FieldProblem(field: "[1].score", message: Self.noScore)])
            ]
        )
        try collector.write(Self.mended, to: "acme")
        #expect(try await replay(collector) == [.resolved(entry, into: [Self.id("a"), Self.id("b")])])
        let first = try #require(try await collector.queue.show(Self.id("a")))
        #expect(first.revision == 1 && first.score == 1)
        #expect(try await collector.queue.show(Self.id("b"))?.score == 2)
        let status = try await collector.queue.status()
        #expect(status.accepted == 2 && status.quarantined == 0)
        await collector.end()
    }

    @Test("a dry run says what each entry would become, stores nothing, and brings no file into force")
    func dryRun() async throws {
        let collector = try CollectorFixture(files: ["acme": Self.wrong])
        let good = try await quarantine(Self.batch, delivery: "m1", in: collector)
        let other = try await quarantine(#"[{"kind":"ping"}]"#, delivery: "m2", in: collector)
        let bad = try await quarantine(#"[{"id":"c","email":"cy@example.com"}]"#, delivery: "m3", in: collector)
        let mapping = ".[] | select(.kind != \"ping\") | {id, email, score: (.rating // .nps)}"
        try collector.write("preset: standard\nmapping: |\n  \(mapping)\n", to: "acme")
        let before = try await collector.queue.quarantine()
        #expect(
            try await replay(collector, dryRun: true) == [
                .resolved(good, into: [Self.id("a"), Self.id("b")]), .resolved(other, into: []),
                .invalid(bad, [FieldProblem(field: "score", message: Self.noScore)]),
            ]
        )
        #expect(try await collector.queue.quarantine() == before)
        #expect(try await collector.queue.status().accepted == 1)
        #expect(try await replay(collector, reload: false).allSatisfy { !$0.isResolved })
        #expect(try await replay(collector).map(\.result) == [.accepted, .ignored, .invalid])
        #expect(try await collector.queue.quarantine().map(\.id) == [bad])
        await collector.end()
    }

    @Test("an unknown id, and a source that is gone, don't keep the rest from being replayed")
    func unknown() async throws {
        let collector = try CollectorFixture(files: ["acme": Self.wrong])
        let entry = try await quarantine(Self.batch, delivery: "m1", in: collector)
        let draft = QuarantineDraft(source: "gone", deliveryID: nil, contentType: nil, body: [0x7b], problems: [])
        let orphan = try #require(try await collector.queue.accept([], quarantining: [draft]).quarantined.first)
        try collector.write(Self.mended, to: "acme")
        let outcomes = try await replay(collector, [QuarantineID(rawValue: 999), orphan, entry])
        #expect(outcomes.map(\.id.rawValue) == [999, orphan.rawValue, entry.rawValue])
        #expect(outcomes.map(\.result) == [.failed, .failed, .accepted])
        #expect(outcomes[1].problem?.contains("no longer configured") == true)
        #expect(try await collector.queue.quarantine().map(\.id) == [orphan])
        await collector.end()
    }

    @Test("source files with mistakes are listed by file and line, and those that were read before stay in force")
    func mistakes() async throws {
        let collector = try CollectorFixture(files: ["acme": Self.mended])
        try collector.write("preset: standard\nmapping: |\n  .[] |\n  {id: }}\n", to: "acme")
        for body in [#"{"ids":[]}"#, #"{"ids":[],"dryRun":true}"#] {
            let response = try await ask(collector, body)
            #expect(response.status == .conflict)
            #expect(response.headers[.contentType] == "application/problem+json")
            #expect(response.text.contains("acme.yaml:4: mapping"), "\(response.text)")
        }
        try await collector.publicly { client async throws in
            let response = try await client.executeRequest(
                uri: "/webhooks/acme",
                method: .post,
                headers: CollectorFixture.signed(Self.batch),
                body: ByteBuffer(string: Self.batch)
            )
            #expect(response.status == .ok)
        }
        try collector.write(Self.wrong, to: "acme")
        #expect(try await replay(collector).isEmpty)
        _ = try await quarantine(Self.batch, delivery: "m2", in: collector)
        await collector.end()
    }

    @Test("answers with what was tried when the time is up, and with one entry at least")
    func timeLimit() async throws {
        let collector = try CollectorFixture(files: ["acme": Self.wrong])
        for delivery in ["m1", "m2", "m3"] { _ = try await quarantine(Self.batch, delivery: delivery, in: collector) }
        let ids = try await collector.queue.quarantine().map(\.id)
        let replay = Replay(queue: collector.queue, catalogue: collector.admin.sources.current, isDry: true)
        #expect(await replay.outcomes(of: ids, within: .zero).map(\.id) == [ids[0]])
        #expect(await replay.outcomes(of: ids, within: .seconds(86_400)).map(\.id) == ids)
        await collector.end()
    }
}
