import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("AskNicely")
struct AskNicelyPresetTests {
    static func payload(
        count: Int = 1,
        score: String = #""9""#,
        comment: String = #""Fast""#,
        person: String = #"{"id":"16","email":"ana@example.com"}"#,
        responded: String = #""1699956005""#
    ) -> String {
        #"""
        {"count":\#(count),"person":\#(person),"question":{"id":"345","score":\#(score),"comment":\#(comment),
         "sent":"1699956000","responded":\#(responded)}}
        """#
    }

    @Test("texts become a score and dates")
    func response() async throws {
        let response = try await Fixture.submission("asknicely", Self.payload()).response
        #expect(response.id == ResponseID(source: "asknicely", providerID: "345"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(response.answeredAt == Timestamp.parse("2023-11-14T10:00:05Z"))
        #expect(response.sentAt == Timestamp.parse("2023-11-14T10:00:00Z"))
    }

    @Test("zero is a score, and a higher count edits the response")
    func edit() async throws {
        let first = Self.payload(score: #""0""#, comment: #""""#)
        #expect(try await Fixture.submission("asknicely", first).response.score.value == 0)
        try await Fixture.expectEdit("asknicely", first, Self.payload(count: 2, score: #""0""#))
    }

    @Test("a body without questions is ignored", arguments: [#"{"test":true}"#, "{}", "[]", #""hello""#])
    func ignored(body: String) async throws {
        #expect(try await Fixture.map("asknicely", body).isEmpty)
    }

    @Test(
        "what is wrong is named",
        arguments: [
            (payload(score: #""11""#), ["score"]), (payload(score: #""""#), ["score"]),
            (payload(score: "null"), ["score"]), (payload(person: "null"), ["email"]),
            (payload(person: "[]"), ["email"]), (payload(comment: "[]"), ["comment"]),
            (payload(responded: #""soon""#), ["answeredAt"]), (#"{"question":null}"#, ["email", "score"]),
            (#"{"question":"345","person":"16"}"#, ["email", "score"]),
        ]
    )
    func broken(body: String, fields: [String]) async throws {
        #expect(try await Fixture.problems("asknicely", body) == fields)
    }

    @Test("a token in a header or in the address")
    func tokens() throws {
        try Fixture.expectTokens("asknicely")
    }
}
