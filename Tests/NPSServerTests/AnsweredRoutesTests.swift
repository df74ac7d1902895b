import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NPSModel
import NPSQueue
import Testing

@testable import NPSServer

@Suite("Who has answered, by the admin listener")
struct AnsweredRoutesTests {
    private let authorized: HTTPFields = [.authorization: "Bearer " + CollectorFixture.adminToken]

    private func submission(_ id: String, isBots: Bool = false) throws -> Submission {
        let text = #"{"id":"\#(id)","email":"\#(id)@example.com","score":9,"comment":"canary"}"#
        let draft = ResponseDraft(try JSONValue(parsing: Data(text.utf8)))
        let checked = try draft.check(source: "survey", receivedAt: CollectorFixture.now)
        let until = isBots ? CollectorFixture.now.addingTimeInterval(1_800) : nil
        return Submission(checked.response, heldUntil: until)
    }

    @Test("is told with the time and nothing else; a bot is nobody, and an erased answer has no time")
    func answered() async throws {
        let collector = try CollectorFixture()
        let names = ["pending", "erased", "bot"]
        let submissions = try names.map { try submission($0, isBots: $0 == "bot") }
        _ = try await collector.queue.accept(submissions)
        _ = try await collector.queue.erase(EmailAddress("erased@example.com"))
        let ids = try submissions.map(\.response.id) + [submission("nobody").response.id]
        let body = try JSONEncoder().encode(Selection(ids: ids))
        try await collector.administratively { client async throws in
            let answer = try await client.executeRequest(
                uri: "/queue/answered",
                method: .post,
                headers: authorized,
                body: ByteBuffer(bytes: body)
            )
            #expect(answer.status == .ok && !answer.text.contains("canary") && !answer.text.contains("@"))
            guard case .array(let items) = try answer.json() else {
                Issue.record("no list")
                return
            }
            let times = Dictionary(uniqueKeysWithValues: items.map { ($0["id"]?.string, $0["answeredAt"]?.string) })
            #expect(items.count == 2)
            #expect(times[ids[0].rawValue] == .some(Timestamp.format(CollectorFixture.now)))
            #expect(times[ids[1].rawValue] == .some(nil))
            #expect(items.allSatisfy { $0["score"] == nil && $0["comment"] == nil })
            let open = try await client.executeRequest(
                uri: "/queue/answered",
                method: .post,
                headers: [:],
                body: ByteBuffer(bytes: body)
            )
            #expect(open.status == .unauthorized)
            let many = Selection(ids: Array(repeating: ids[0], count: 1_001))
            let refused = try await client.executeRequest(
                uri: "/queue/answered",
                method: .post,
                headers: authorized,
                body: ByteBuffer(bytes: JSONEncoder().encode(many))
            )
            #expect(refused.status == .badRequest)
        }
        // Delivered, the words are gone, and that there was an answer is still known.
        let claims = try await collector.queue.claim(limit: 10)
        try await collector.queue.settle(
            claims.map { Verdict(id: $0.response.id, revision: $0.revision, outcome: .delivered(planhatID: nil)) }
        )
        #expect(try await collector.queue.answered([ids[0]]).map(\.answeredAt) == [CollectorFixture.now])
        await collector.end()
    }
}
