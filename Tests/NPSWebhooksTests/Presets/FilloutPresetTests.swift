import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Fillout")
struct FilloutPresetTests {
    static func questions(score: String = "9", email: String = #""ana@example.com""#) -> String {
        #"""
        [{"id":"a","name":"Your address","type":"EmailInput","value":\#(email)},
         {"id":"b","name":"How likely are you to recommend us?","type":"OpinionScale","value":\#(score)},
         {"id":"c","name":"Anything else?","type":"LongAnswer","value":"Fast"}]
        """#
    }

    static func payload(_ questions: String = questions(), time: String = #""2023-11-14T10:00:05.000Z""#) -> String {
        #"""
        {"formId":"f","submission":{"submissionId":"s-1","submissionTime":\#(time),"questions":\#(questions)}}
        """#
    }

    @Test(
        "under submission, flat, or in the collector's own names",
        arguments: [
            payload(),
            #"{"submissionId":"s-1","submissionTime":"2023-11-14T10:00:05.000Z","questions":\#(questions())}"#,
            #"""
            {"submissionId":"s-1","submissionTime":"2023-11-14T10:00:05.000Z",
             "urlParameters":[{"id":"email","name":"email","value":"ana@example.com"}],
             "questions":[{"name":"How are we doing?","type":"OpinionScale","value":9},
              {"name":"Why this answer?","type":"ShortAnswer","value":"Fast"}]}
            """#,
            #"""
            {"id":"s-1","email":"ana@example.com","score":"9","comment":"Fast",
             "answeredAt":"2023-11-14T10:00:05Z"}
            """#,
        ]
    )
    func shapes(body: String) async throws {
        let response = try await Fixture.submission("fillout", body).response
        #expect(response.id == ResponseID(source: "fillout", providerID: "s-1"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(response.answeredAt == Timestamp.parse("2023-11-14T10:00:05Z"))
    }

    @Test("zero is a score, and the same submission with another one is an edit")
    func edit() async throws {
        let first = Self.payload(Self.questions(score: "0"))
        #expect(try await Fixture.submission("fillout", first).response.score.value == 0)
        try await Fixture.expectEdit("fillout", first, Self.payload())
    }

    @Test("a body without a submission is ignored", arguments: [#"{"test":true}"#, "{}", "[]", "null", #""hello""#])
    func ignored(body: String) async throws {
        #expect(try await Fixture.map("fillout", body).isEmpty)
    }

    @Test(
        "what is wrong is named",
        arguments: [
            (payload(questions(score: "11")), ["score"]), (payload(questions(score: #""""#)), ["score"]),
            (payload(questions(score: "true")), ["score"]), (payload(questions(email: "null")), ["email"]),
            (payload(questions(email: "7")), ["email"]), (payload(time: #""soon""#), ["answeredAt"]),
            (payload("null"), ["email", "score"]), (payload("[7,{}]"), ["email", "score"]),
            (#"{"email":"ana@example.com","score":""}"#, ["score"]), (#"{"score":9}"#, ["email"]),
        ]
    )
    func broken(body: String, fields: [String]) async throws {
        #expect(try await Fixture.problems("fillout", body) == fields)
    }

    @Test("a token in a header or in the address")
    func tokens() throws {
        try Fixture.expectTokens("fillout")
        let source = try Fixture.preset("fillout")
        #expect(throws: Never.self) { try source.verify(Fixture.delivery([("X-API-Key", Fixture.secret)])) }
    }
}
