import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Formbricks")
struct FormbricksPresetTests {
    static func payload(
        event: String = "responseFinished",
        answers: String = #"{"nps":9,"why":"Fast"}"#,
        contact: String = #""contactAttributes":{"email":"ana@example.com"}"#,
        updatedAt: String = #""2023-11-14T10:00:05.000Z""#
    ) -> String {
        #"""
        {"webhookId":"wh1","event":"\#(event)","data":{"id":"resp1","finished":true,"surveyId":"s1",
         "createdAt":"2023-11-14T10:00:00.000Z","updatedAt":\#(updatedAt),"data":\#(answers),\#(contact),
         "survey":{"title":"NPS","type":"link"}}}
        """#
    }

    @Test("an object and a list of one are the same response", arguments: [payload(), "[\(payload())]"])
    func shapes(body: String) async throws {
        let response = try await Fixture.submission("formbricks", body).response
        #expect(response.id == ResponseID(source: "formbricks", providerID: "resp1"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(response.answeredAt == Timestamp.parse("2023-11-14T10:00:05Z"))
    }

    @Test(
        "the address is with the contact or among the answers",
        arguments: [
            payload(contact: #""contactAttributes":null,"contact":{"email":"bo@example.com"}"#),
            payload(answers: #"{"nps":0,"email":"bo@example.com"}"#, contact: #""contact":null"#),
        ]
    )
    func addresses(body: String) async throws {
        #expect(try await Fixture.submission("formbricks", body).response.email.address == "bo@example.com")
    }

    @Test("zero is a score, and a comment that comes later edits the response")
    func edit() async throws {
        let created = Self.payload(event: "responseCreated", answers: #"{"nps":0}"#)
        #expect(try await Fixture.submission("formbricks", created).response.score.value == 0)
        try await Fixture.expectEdit("formbricks", created, Self.payload(answers: #"{"nps":0,"why":"Slow"}"#))
    }

    @Test(
        "tests, other events and answers that haven't reached the score yet are ignored",
        arguments: [
            #"{"event":"testEndpoint"}"#, payload(event: "responseDeleted"), "[]", "[7]",
            payload(event: "responseCreated", answers: #"{"name":"Ana"}"#),
            payload(event: "responseUpdated", answers: "null"),
        ]
    )
    func ignored(body: String) async throws {
        #expect(try await Fixture.map("formbricks", body).isEmpty)
    }

    @Test(
        "what is wrong is named",
        arguments: [
            (payload(answers: #"{"nps":11}"#), ["score"]), (payload(answers: #"{"nps":""}"#), ["score"]),
            (payload(answers: #""nine""#), ["score"]), (payload(answers: "null"), ["score"]),
            (payload(contact: #""contactAttributes":[]"#), ["email"]),
            (payload(contact: #""contactAttributes":{"email":7}"#), ["email"]),
            (payload(answers: #"{"nps":9,"why":["a"]}"#), ["comment"]),
            (payload(updatedAt: #""soon""#), ["answeredAt"]),
            (#"{"event":"responseFinished","data":null}"#, ["email", "score"]),
            (#"{"event":"responseFinished","data":"x"}"#, ["email", "score"]),
        ]
    )
    func broken(body: String, fields: [String]) async throws {
        #expect(try await Fixture.problems("formbricks", body) == fields)
    }

    @Test("a delivery that Standard Webhooks signed is accepted")
    func signature() throws {
        let source = try Fixture.preset("formbricks", secrets: ["whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"])
        let delivery = Fixture.delivery([
            ("webhook-id", "msg_1"), ("webhook-timestamp", "1700000000"),
            ("webhook-signature", "v1,f1KvFnSPWq7CA/xNRMz+BuluRR8qSV1epnydySW8d4c="),
        ])
        #expect(try source.verify(delivery).deliveryID == "msg_1")
    }
}
