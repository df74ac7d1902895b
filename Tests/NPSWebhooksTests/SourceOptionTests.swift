import Foundation
import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("A source's time zone, advice and unsigned ping")
struct SourceOptionTests {
    private func source(_ lines: String) throws -> WebhookSource {
        let folder = try SourceFolder(["acme": "signature: {header: X-S}\nmapping: .\n" + lines])
        return try #require(
            try SourceCatalogue(directory: folder.path, secrets: ["acme": [Fixture.secret]]).source(named: "acme")
        )
    }

    private func map(_ source: WebhookSource, _ body: String, _ type: String? = nil) async throws -> Result<
        Submission, InvalidResponse
    > {
        let results = try await source.map(Array(body.utf8), contentType: type, receivedAt: Fixture.now)
        try #require(results.count == 1)
        return results[0]
    }

    @Test("dates without a zone are read in the source's, or refused with what to do")
    func timeZone() async throws {
        let body = #"{"email":"ana@example.com","score":9,"answeredAt":"2023-11-14 12:00:00"}"#
        let response = try await map(source("timezone: America/New_York"), body).get().response
        #expect(response.answeredAt == Timestamp.parse("2023-11-14T17:00:00Z"))
        let refused = try await map(source(""), body)
        #expect(throws: InvalidResponse.self) { try refused.get() }
        guard case .failure(let invalid) = refused else { return }
        #expect(invalid.problems.map(\.field) == ["answeredAt"])
        #expect(invalid.description.contains("timezone"))
    }

    @Test("advice is the last problem of an invalid response, and nowhere else")
    func advice() async throws {
        let source = try source("advice: ask the tool's workflow to send the score\n")
        let refused = try await map(source, #"{"id":1}"#)
        guard case .failure(let invalid) = refused else {
            Issue.record("must be refused")
            return
        }
        #expect(invalid.problems.map(\.field) == ["email", "score", "advice"])
        _ = try await map(source, #"{"email":"ana@example.com","score":9}"#).get()
    }

    @Test("a form is mapped like the object that it becomes")
    func form() async throws {
        let body = "email=ana%40example.com&score=0&custom[plan]=pro"
        let response = try await map(source("bodies: [form, json]"), body, "application/x-www-form-urlencoded").get()
            .response
        #expect(response.score.value == 0)
        #expect(response.custom == ["plan": .string("pro")])
    }

    @Test("exactly the configured object may come unsigned")
    func unsignedPing() throws {
        let source = try source("unsigned_ping: {event: testEndpoint, count: 1, live: false}\n")
        #expect(source.isUnsignedPing(Array(#"{"live":false,"count":1,"event":"testEndpoint"}"#.utf8)))
        for body in [
            "", "{}", "[]", #"{"event":"testEndpoint","count":1}"#,
            #"{"event":"testEndpoint","count":1,"live":false,"a":1}"#,
        ] {
            #expect(!source.isUnsignedPing(Array(body.utf8)))
        }
        #expect(try !self.source("").isUnsignedPing(Array("{}".utf8)))
    }

    @Test(
        "what these keys can't be is said with its line",
        arguments: [
            ("bodies: xml", "acme.yaml:3: bodies must be one of json, form, multipart"),
            ("bodies: []", "acme.yaml:3: bodies must not be empty"),
            ("timezone: Mars/Olympus", "acme.yaml:3: timezone must be a zone"),
            ("unsigned_ping: {}", "acme.yaml:3: unsigned_ping must not be empty"),
            ("unsigned_ping: {a: [1]}", "unsigned_ping must have single values only"),
            ("unsigned_ping: yes", "unsigned_ping must be keys and values"),
        ]
    )
    func flaws(line: String, problem: String) throws {
        let folder = try SourceFolder(["acme": "signature: {header: X-S}\nmapping: .\n\(line)\n"])
        #expect(folder.problems(["acme": [Fixture.secret]]).contains { $0.contains(problem) })
    }
}
