import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Alchemer")
struct AlchemerPresetTests {
    static func answers(score: String = #""9""#, comment: String = #""Fast""#) -> String {
        #"""
        {"10":{"question":"Why?","answer":\#(comment),"type":"ESSAY"},
         "2":{"question":"Colour","answer":"Green","type":"RADIO"},
         "3":{"question":"Would you do it again?","answer":\#(score),"type":"NPS"}}
        """#
    }

    static func payload(
        _ answers: String = answers(),
        contact: String = #"{"First Name":"Ana","Email":"ana@example.com"}"#,
        isTest: String = "false",
        status: String = "Complete"
    ) -> String {
        #"""
        {"webhook_name":"On Response Processed","data":{"survey_id":7,"response_id":60,"response_status":"\#(status)",
         "is_test_data":\#(isTest),"contact":\#(contact),"survey_data":\#(answers),
         "date_submitted":"2023-11-14 05:00:05"}}
        """#
    }

    @Test("an account webhook's contact and answers")
    func accountWebhook() async throws {
        let response = try await Fixture.submission("alchemer", Self.payload()).response
        #expect(response.id == ResponseID(source: "alchemer", providerID: "60"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(response.answeredAt == Timestamp.parse("2023-11-14T10:00:05Z"))
    }

    @Test("zero is a score, and the same response with a comment is an edit")
    func edit() async throws {
        let first = Self.payload(Self.answers(score: "0", comment: "null"))
        #expect(try await Fixture.submission("alchemer", first).response.score.value == 0)
        try await Fixture.expectEdit("alchemer", first, Self.payload(Self.answers(score: "0")))
    }

    @Test("answers are taken in the order of their numbers, and known by their question or what they are")
    func order() async throws {
        let body = Self.payload(
            #"""
            {"11":{"question":"Age","answer":"33"},"9":{"question":"How many?","answer":"7"},
             "10":{"question":"Where can we reach you?","answer":"bo@example.com"}}
            """#,
            contact: "[]"
        )
        let guessed = try await Fixture.submission("alchemer", body).response
        #expect((guessed.email.address, guessed.score.value) == ("bo@example.com", 7))
        let named = #"[{"question":"Age","answer":5},{"question":"How likely are you to recommend us?","answer":8}]"#
        #expect(try await Fixture.submission("alchemer", Self.payload(named)).response.score.value == 8)
    }

    @Test(
        "the action of a survey's page sends a form or JSON, whole or with fields of one's own",
        arguments: [
            (#"{"response":{"id":"60","contact":{"Email":"ana@example.com"},"survey_data":\#(answers())}}"#, nil),
            (
                "response[id]=60&response[contact][Email]=ana@example.com"
                    + "&response[survey_data][3][answer]=9&response[survey_data][3][type]=NPS"
                    + "&response[survey_data][10][answer]=Fast&response[survey_data][10][type]=ESSAY",
                Fixture.form
            ),
            (
                "response=%7B%22id%22:60,%22survey_data%22:%7B%221%22:%7B%22answer%22:%22ana@example.com%22%7D,"
                    + "%222%22:%7B%22answer%22:9%7D,%223%22:%7B%22question%22:%22Why%22,%22answer%22:%22Fast%22%7D%7D%7D",
                Fixture.form
            ),
            ("id=60&email=ana%40example.com&score=9&comment=Fast", Fixture.form),
        ] as [(String, String?)]
    )
    func page(body: String, type: String?) async throws {
        let response = try await Fixture.submission("alchemer", body, type: type).response
        #expect(response.id == ResponseID(source: "alchemer", providerID: "60"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
    }

    @Test(
        "test data, deleted responses and notices about surveys are ignored",
        arguments: [
            payload(isTest: "true"), payload(isTest: #""1""#), payload(isTest: "1"), payload(status: "Deleted"),
            payload(status: "Disqualified"), #"{"webhook_name":"On Survey Created","data":{"survey_id":7}}"#,
            #"{"webhook_name":"x","data":"y"}"#, #"{"response":{"is_test_data":"true"}}"#, "[]", "null",
        ]
    )
    func ignored(body: String) async throws {
        #expect(try await Fixture.map("alchemer", body).isEmpty)
    }

    @Test(
        "what is wrong is named, and what to do when answers are missing",
        arguments: [
            (payload(answers(score: "11")), ["score"]), (payload(answers(score: #""""#)), ["score"]),
            (payload(answers(score: "true")), ["score"]), (payload("{}"), ["score"]), (payload("7"), ["score"]),
            (payload(contact: "{}"), ["email"]), (payload(contact: #"{"Email":7}"#), ["email"]),
            (#"{"webhook_name":"x","data":{"response_id":60}}"#, ["email", "score"]),
            (#"{"response":"not JSON"}"#, ["email", "score"]), (#"{"email":"ana@example.com"}"#, ["score"]),
            ("{}", ["email", "score"]),
        ]
    )
    func broken(body: String, fields: [String]) async throws {
        #expect(try await Fixture.problems("alchemer", body) == fields + ["advice"])
    }

    @Test("a token in a header or in the address")
    func tokens() throws {
        try Fixture.expectTokens("alchemer")
    }
}
