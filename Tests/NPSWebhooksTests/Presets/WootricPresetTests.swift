import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Wootric")
struct WootricPresetTests {
    static func payload(
        _ event: String = "created",
        mode: String = #""NPS""#,
        score: String = "9",
        text: String = #""Fast""#,
        email: String = #""ana@example.com""#
    ) -> String {
        #"""
        {"event_name":"\#(event)","timestamp":"2023-11-14 03:00:09 -0700","survey_mode":\#(mode),
         "account_token":"NPS-x","response":{"id":1128,"email":\#(email),"score":\#(score),"text":\#(text),
         "created_at":"2023-11-14T10:00:05Z","end_user_properties":{"plan":"pro"}}}
        """#
    }

    private static func form(score: String = "9", text: String = "Fast", event: String = "created") -> String {
        "event_name=\(event)&timestamp=2023-11-14+03%3A00%3A09+-0700&survey_mode=NPS&response[id]=1128"
            + "&response%5Bemail%5D=ana%40example.com&response[score]=\(score)&response[text]=\(text)"
            + "&response[created_at]=2023-11-14+03%3A00%3A05+-0700&response[end_user_properties][plan]=pro"
    }

    @Test(
        "JSON and form, numbers and texts are the same response",
        arguments: [
            (payload(), "application/json"), (payload(score: #""9""#), "application/json"), (form(), Fixture.form),
        ]
    )
    func shapes(body: String, type: String) async throws {
        let submission = try await Fixture.submission("wootric", body, type: type)
        let response = submission.response
        #expect(response.id == ResponseID(source: "wootric", providerID: "1128"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(response.answeredAt == Timestamp.parse("2023-11-14T10:00:05Z"))
        #expect(submission.updatedAt == Timestamp.parse("2023-11-14T10:00:09Z"))
    }

    @Test("zero is a score, and a comment that comes later edits the response")
    func edit() async throws {
        let created = Self.payload(score: "0", text: "null")
        #expect(try await Fixture.submission("wootric", created).response.score.value == 0)
        try await Fixture.expectEdit("wootric", created, Self.payload("updated", score: "0"))
        let form = Self.form(text: "")
        #expect(try await Fixture.submission("wootric", form, type: Fixture.form).response.comment == nil)
        try await Fixture.expectEdit("wootric", form, Self.form(event: "updated"), type: Fixture.form)
    }

    @Test(
        "declines, other scales and other events are ignored",
        arguments: [
            (#"{"event_name":"created","survey_mode":"NPS","decline":{"id":3}}"#, "application/json"),
            ("event_name=created&survey_mode=NPS&decline[id]=3", Fixture.form),
            (payload(mode: #""CSAT""#), "application/json"), (payload(mode: #""CES""#), "application/json"),
            (payload(mode: "[]"), "application/json"), (payload("deleted"), "application/json"),
            ("event_name=ping", Fixture.form),
        ]
    )
    func ignored(body: String, type: String) async throws {
        #expect(try await Fixture.map("wootric", body, type: type).isEmpty)
    }

    @Test(
        "what is wrong is named",
        arguments: [
            (payload(score: "11"), "application/json", ["score"]), (form(score: ""), Fixture.form, ["score"]),
            (form(score: "nine"), Fixture.form, ["score"]), (payload(email: "null"), "application/json", ["email"]),
            (payload(text: "{}"), "application/json", ["comment"]),
            (#"{"event_name":"created","response":null}"#, "application/json", ["email", "score"]),
            ("event_name=created&response=9", Fixture.form, ["email", "score"]),
        ]
    )
    func broken(body: String, type: String, fields: [String]) async throws {
        #expect(try await Fixture.problems("wootric", body, type: type) == fields)
    }

    @Test("a token in a header or in the address")
    func tokens() throws {
        try Fixture.expectTokens("wootric")
    }
}
