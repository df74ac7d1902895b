import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("OpnForm")
struct OpnFormPresetTests {
    static func payload(
        score: String = "9",
        email: String = #""ana@example.com""#,
        comment: String = #""Fast""#,
        link: String = #""https://forms.example.com/nps?submission_id=ab12""#
    ) -> String {
        #"""
        {"form_title":"NPS","form_slug":"nps-1","submission":{"Old":1},"edit_link":\#(link),"data":{
         "u1":{"name":"E-mail","value":\#(email)},"u2":{"name":"Would you recommend us?","value":\#(score)},
         "u3":{"name":"What could we improve?","value":\#(comment)}}}
        """#
    }

    @Test("the fields under data, and the link to the submission as its id")
    func response() async throws {
        let response = try await Fixture.submission("opnform", Self.payload()).response
        #expect(response.id == ResponseID(source: "opnform", providerID: "ab12"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(response.answeredAt == Fixture.now)
    }

    @Test("zero is a score, and the same submission with a comment is an edit")
    func edit() async throws {
        let first = Self.payload(score: #""0""#, comment: "null")
        #expect(try await Fixture.submission("opnform", first).response.score.value == 0)
        try await Fixture.expectEdit("opnform", first, Self.payload(score: #""0""#))
    }

    @Test("without a link the same answers are the same response, and the older shape is read too")
    func older() async throws {
        let bodies = [
            #"{"form_slug":"nps-1","submission":{"Email":"ana@example.com","Rate us":4,"Reason":"Fast"}}"#,
            #"{"form_slug":"nps-2","submission":{"Email":"ana@example.com","Rate us":"4","Reason":"Fast"}}"#,
            #"{"form_slug":"nps-1","submission":{"Email":"ana@example.com","Rate us":4,"Reason":"Fast"},"data":{}}"#,
        ]
        var responses: [SurveyResponse] = []
        for body in bodies { responses.append(try await Fixture.submission("opnform", body).response) }
        #expect(responses.map(\.score.value) == [4, 4, 4])
        #expect(responses.map(\.comment) == ["Fast", "Fast", "Fast"])
        #expect(responses[0].id == responses[2].id)
    }

    @Test("a body without fields is ignored", arguments: [#"{"form_slug":"nps-1"}"#, "{}", "[]", "null", "7"])
    func ignored(body: String) async throws {
        #expect(try await Fixture.map("opnform", body).isEmpty)
    }

    @Test(
        "what is wrong is named",
        arguments: [
            (payload(score: "11"), ["score"]), (payload(score: #""""#), ["score"]), (payload(score: "[]"), ["score"]),
            (payload(email: #""""#), ["email"]), (payload(email: "{}"), ["email"]),
            (#"{"data":[],"submission":null}"#, ["email", "score"]), (#"{"data":{"a":1}}"#, ["email", "score"]),
        ]
    )
    func broken(body: String, fields: [String]) async throws {
        #expect(try await Fixture.problems("opnform", body) == fields)
    }

    @Test("the signature")
    func signature() throws {
        let source = try Fixture.preset("opnform")
        let value = "sha256=6ce35c1f67b440187490b0f421b3b6b146aeb5cf0695cc584a940cea7ea7e11a"
        #expect(throws: Never.self) { try source.verify(Fixture.delivery([("X-Webhook-Signature", value)])) }
        #expect(throws: SignatureRejection.wrongSignature) {
            try source.verify(Fixture.delivery([("X-Webhook-Signature", value)], body: Fixture.body + " "))
        }
        #expect(throws: SignatureRejection.self) { try source.verify(Fixture.delivery([])) }
    }
}
