import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("PostHog")
struct PostHogPresetTests {
    static func properties(score: String = "9", comment: String = #""Fast""#, rest: String = "") -> String {
        #"""
        {"$survey_id":"s","$survey_response_b":\#(comment),"$survey_response_a":\#(score),"$survey_questions":[]\#(rest)}
        """#
    }

    static func payload(
        _ name: String = "survey sent",
        _ properties: String = properties(),
        person: String = #"{"properties":{"email":"ana@example.com"}}"#
    ) -> String {
        #"""
        {"event":{"uuid":"0190-a","event":"\#(name)","timestamp":"2023-11-14T10:00:05Z","distinct_id":"d1",
         "properties":\#(properties)},"person":\#(person)}
        """#
    }

    @Test("the event survey sent, with the person's address")
    func response() async throws {
        let response = try await Fixture.submission("posthog", Self.payload()).response
        #expect(response.id == ResponseID(source: "posthog", providerID: "0190-a"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(response.answeredAt == Timestamp.parse("2023-11-14T10:00:05Z"))
    }

    @Test("zero is a score, and a submission that is sent again with a comment is an edit")
    func edit() async throws {
        let id = #","$survey_submission_id":"sub1""#
        let first = Self.payload("survey sent", Self.properties(score: #""0""#, comment: "null", rest: id))
        #expect(try await Fixture.submission("posthog", first).response.score.value == 0)
        let second = Self.payload("survey sent", Self.properties(score: #""0""#, rest: id))
        try await Fixture.expectEdit("posthog", first, second.replacing("0190-a", with: "0190-b"))
    }

    @Test(
        "other shapes of the event, and a body of one's own",
        arguments: [
            #"{"event":"survey sent","uuid":"0190-a","distinct_id":"ana@example.com","properties":\#(properties())}"#,
            #"""
            {"event":{"name":"survey sent","uuid":"0190-a","properties":
             {"$set":{"email":"ana@example.com"},"$survey_response_1":"Fast","$survey_response":"9"}},"person":null}
            """#,
            #"{"id":"0190-a","email":"ana@example.com","score":9,"comment":"Fast"}"#,
        ]
    )
    func shapes(body: String) async throws {
        let response = try await Fixture.submission("posthog", body).response
        #expect(response.id == ResponseID(source: "posthog", providerID: "0190-a"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
    }

    @Test(
        "other events are ignored",
        arguments: [payload("survey shown"), payload("survey dismissed"), #"{"event":"$pageview"}"#, "[]", "null"]
    )
    func ignored(body: String) async throws {
        #expect(try await Fixture.map("posthog", body).isEmpty)
    }

    @Test(
        "what is wrong is named",
        arguments: [
            (payload("survey sent", properties(score: "11")), ["score"]),
            (payload("survey sent", properties(score: #""""#)), ["score"]),
            (payload("survey sent", properties(score: "{}")), ["score"]),
            (payload(person: "{}"), ["email"]), (payload(person: #"{"properties":{"email":7}}"#), ["email"]),
            (payload("survey sent", "null", person: "7"), ["email", "score"]), ("{}", ["email", "score"]),
            (payload().replacing("2023-11-14T", with: "x"), ["answeredAt"]),
        ]
    )
    func broken(body: String, fields: [String]) async throws {
        #expect(try await Fixture.problems("posthog", body) == fields)
    }

    @Test("a token in a header or in the address")
    func tokens() throws {
        try Fixture.expectTokens("posthog")
    }
}
