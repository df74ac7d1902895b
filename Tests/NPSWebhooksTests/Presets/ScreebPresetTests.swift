import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Screeb")
struct ScreebPresetTests {
    static func payload(
        _ event: String = "response.ended",
        user: String = #"{"user_id":"u1","email":"ana@example.com"}"#,
        items: String = "[\(nps("9")),\(text)]"
    ) -> String {
        #"""
        {"event_id":"e1","event_type":"\#(event)","version":"2.0.0","time":"2023-11-14T10:00:09.325344042Z",
         "payload":{"survey":{"id":"s1","name":"NPS"},"user":\#(user),"response":{"id":"r1","items":\#(items)}}}
        """#
    }

    private static func nps(_ number: String) -> String {
        #"""
        {"question":{"id":"q1","type":"nps","title":"How likely?"},"answer":{"fields":[{"type":"number",
         "number":\#(number),"text":null}],"replied_at":"2023-11-14T10:00:05.286Z"}}
        """#
    }

    private static let text =
        #"{"question":{"id":"q2","type":"input"},"answer":{"fields":[{"type":"string","text":"Fast","number":null}]}}"#
    private static let choice =
        #"{"question":{"id":"q3","type":"multiple_choice"},"answer":{"fields":[{"type":"string","text":"Red"}]}}"#

    @Test("the answer to the NPS question, among others", arguments: ["response.ended", "response.answered"])
    func response(event: String) async throws {
        let body = Self.payload(event, items: "[null,\(Self.choice),\(Self.nps("9")),\(Self.text)]")
        let submission = try await Fixture.submission("screeb", body)
        let response = submission.response
        #expect(response.id == ResponseID(source: "screeb", providerID: "r1"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(response.answeredAt == Timestamp.parse("2023-11-14T10:00:05.286Z"))
        #expect(submission.updatedAt == Timestamp.parse("2023-11-14T10:00:09.325Z"))
    }

    @Test("zero is a score, and each further answer edits the response")
    func edit() async throws {
        let first = Self.payload("response.answered", items: "[\(Self.nps("0"))]")
        #expect(try await Fixture.submission("screeb", first).response.score.value == 0)
        try await Fixture.expectEdit("screeb", first, Self.payload(items: "[\(Self.nps("0")),\(Self.text)]"))
    }

    @Test(
        "displays, and surveys without an answer to an NPS question, are ignored",
        arguments: [
            payload("response.displayed"), payload(items: "[]"), payload(items: "null"), payload(items: "[\(choice)]"),
            payload("response.answered", items: "[\(text)]"), "7",
        ]
    )
    func ignored(body: String) async throws {
        #expect(try await Fixture.map("screeb", body).isEmpty)
    }

    @Test(
        "what is wrong is named",
        arguments: [
            (payload(items: "[\(nps("11"))]"), ["score"]), (payload(items: "[\(nps(#""""#))]"), ["score"]),
            (payload(items: #"[{"question":{"type":"nps"},"answer":"9"}]"#), ["score"]),
            (payload(items: #"[{"question":{"type":"nps"}}]"#), ["score"]), (payload(items: #""none""#), ["score"]),
            (payload(user: "{}"), ["email"]), (payload(user: "[]"), ["email"]),
            (#"{"event_type":"response.ended","payload":null}"#, ["email", "score"]),
            (#"{"event_type":"response.ended","payload":{"response":"r1"}}"#, ["email", "score"]),
        ]
    )
    func broken(body: String, fields: [String]) async throws {
        #expect(try await Fixture.problems("screeb", body) == fields)
    }

    @Test(
        "a signature of either length is accepted",
        arguments: [
            "bONcH2e0QBh0kLD0IbO2sUautc8GlcxYSpQM6n6n4Ro=",
            "JPu3ZUIbdMiVT40YI4UyI0/F+8foNJUfItPsv6N/9z9Rr7zY5dCktKpcEATJs+8I/yx+aPsMeEyny63UycdgXQ==",
        ]
    )
    func signature(value: String) throws {
        let source = try Fixture.preset("screeb")
        let header = ("x-screeb-hmac-signature-body", value)
        #expect(throws: Never.self) { try source.verify(Fixture.delivery([header])) }
        #expect(throws: SignatureRejection.wrongSignature) {
            try source.verify(Fixture.delivery([header], body: "{}"))
        }
    }
}
