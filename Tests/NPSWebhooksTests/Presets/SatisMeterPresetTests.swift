import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("SatisMeter")
struct SatisMeterPresetTests {
    static func payload(
        _ event: String = "completed",
        rating: String = "9",
        feedback: String = #""Fast""#,
        user: String = #"{"email":"ana@example.com"}"#
    ) -> String {
        #"""
        {"event":"\#(event)","response":{"id":"r1","rating":\#(rating),"feedback":\#(feedback),"category":"detractor",
         "created":"2023-11-14T10:00:05.000Z","user":\#(user),"answers":[{"id":"a1","label":"Why?","value":"Fast"}]}}
        """#
    }

    @Test("the rating is the score, whatever the category says")
    func response() async throws {
        let response = try await Fixture.submission("satismeter", Self.payload()).response
        #expect(response.id == ResponseID(source: "satismeter", providerID: "r1"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(response.answeredAt == Timestamp.parse("2023-11-14T10:00:05Z"))
    }

    @Test("a survey that was closed after the rating counts, zero too, and its completion edits the response")
    func edit() async throws {
        let dismissed = Self.payload("dismissed", rating: "0", feedback: "null")
        #expect(try await Fixture.submission("satismeter", dismissed).response.score.value == 0)
        try await Fixture.expectEdit("satismeter", dismissed, Self.payload(rating: "0"))
    }

    @Test(
        "surveys that were closed unanswered are ignored",
        arguments: [
            payload("dismissed", rating: "null"), payload("dismissed", rating: #""""#), #"{"event":"x"}"#, "[]",
        ]
    )
    func ignored(body: String) async throws {
        #expect(try await Fixture.map("satismeter", body).isEmpty)
    }

    @Test(
        "what is wrong is named",
        arguments: [
            (payload(rating: "11"), ["score"]), (payload(rating: #""""#), ["score"]),
            (payload(rating: "[]"), ["score"]),
            (payload("dismissed", rating: "9.5"), ["score"]), (payload(user: "{}"), ["email"]),
            (payload(user: #""ana@example.com""#), ["email"]), (payload(feedback: "3"), ["comment"]),
            (#"{"event":"completed","response":null}"#, ["email", "score"]),
            (#"{"event":"completed","response":"r1"}"#, ["email", "score"]),
        ]
    )
    func broken(body: String, fields: [String]) async throws {
        #expect(try await Fixture.problems("satismeter", body) == fields)
    }

    @Test("a token in a header or in the address")
    func tokens() throws {
        try Fixture.expectTokens("satismeter")
    }
}
