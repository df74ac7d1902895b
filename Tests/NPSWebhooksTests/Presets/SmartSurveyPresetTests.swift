import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("SmartSurvey")
struct SmartSurveyPresetTests {
    static func payload(
        id: String = "9007199254740993",
        status: String = #""completed""#,
        email: String = #""ana@example.com""#,
        answer: String = #""choice_title":"9""#,
        comment: String = #""Fast""#
    ) -> String {
        #"""
        {"id":\#(id),"survey_id":1,"status":\#(status),"contact_email":\#(email),"date_started":"2023-11-14T09:59:00Z",
         "date_ended":"2023-11-14T10:00:05Z","date_modified":"2023-11-14T11:00:00Z","pages":[{"id":1,"questions":[
          {"id":2,"title":"How likely are you to recommend us?","type":"single_choice","sub_type":"radio","answers":[
           {"id":3,"type":"radio",\#(answer),"choice_id":4},
           {"id":5,"type":"comment","choice_title":"Comments:","value":\#(comment)}]}]}]}
        """#
    }

    @Test("a batch is a response each, with the choice's title as score and the comment beside it")
    func batch() async throws {
        let body = "[\(Self.payload()),\(Self.payload(id: "2", answer: #""value":"0""#, comment: "null"))]"
        let results = try await Fixture.map("smartsurvey", body).map { try $0.get().response }
        try #require(results.count == 2)
        #expect(results[0].id == ResponseID(source: "smartsurvey", providerID: "9007199254740993"))
        #expect(results[0].email.address == "ana@example.com")
        #expect(results[0].comment == "Fast")
        #expect(results[0].answeredAt == Timestamp.parse("2023-11-14T10:00:05Z"))
        #expect(results.map(\.score.value) == [9, 0])
    }

    @Test("the address may be an answer, and the score any answer from 0 to 10")
    func rules() async throws {
        let body = #"""
            [{"id":1,"contact_email":"","pages":[
              {"questions":[{"title":"Rate us","answers":[{"type":"radio","choice_title":"8"}]}]},
              {"questions":[{"title":"Your e-mail","answers":[{"type":"text","value":"ana@example.com"}]},
               {"title":"The reason for it","answers":[{"type":"essay","value":"Fast"}]}]}]}]
            """#
        let response = try await Fixture.submission("smartsurvey", body).response
        #expect((response.email.address, response.score.value) == ("ana@example.com", 8))
        #expect(response.comment == "Fast")
    }

    @Test("a response that is updated is an edit")
    func edit() async throws {
        try await Fixture.expectEdit("smartsurvey", "[\(Self.payload())]", "[\(Self.payload(comment: #""Slow""#))]")
        let submission = try await Fixture.submission("smartsurvey", Self.payload())
        #expect(submission.updatedAt == Timestamp.parse("2023-11-14T11:00:00Z"))
    }

    @Test(
        "responses that aren't completed are ignored",
        arguments: ["[]", "[\(payload(status: #""partial""#))]", payload(status: #""disqualified""#)]
    )
    func ignored(body: String) async throws {
        #expect(try await Fixture.map("smartsurvey", body).isEmpty)
    }

    @Test(
        "what is wrong is named, for the one that is",
        arguments: [
            (payload(answer: #""choice_title":"11""#), ["score"]), (payload(answer: #""value":"""#), ["score"]),
            (payload(answer: #""choice_title":true"#), ["score"]), (payload(email: #""""#), ["email"]),
            (payload(email: "7"), ["email"]), (#"{"pages":1}"#, ["email", "score"]),
            ("{}", ["email", "score"]), ("7", ["response"]),
        ]
    )
    func broken(body: String, fields: [String]) async throws {
        #expect(try await Fixture.problems("smartsurvey", body) == fields)
        let results = try await Fixture.map("smartsurvey", "[\(Self.payload()),\(body)]")
        #expect(results.map { (try? $0.get()) != nil } == [true, false])
    }

    @Test("the signature")
    func signature() throws {
        let source = try Fixture.preset("smartsurvey")
        let value = "6ce35c1f67b440187490b0f421b3b6b146aeb5cf0695cc584a940cea7ea7e11a"
        #expect(throws: Never.self) { try source.verify(Fixture.delivery([("X-SmartSurvey-Signature", value)])) }
        #expect(throws: SignatureRejection.wrongSignature) {
            try source.verify(Fixture.delivery([("X-SmartSurvey-Signature", value)], body: "[]"))
        }
    }
}
