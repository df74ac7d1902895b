import Foundation
import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Chameleon")
struct ChameleonPresetTests {
    static func payload(
        _ kind: String = "response.finished",
        button: String = #""9""#,
        text: String = #""Fast""#,
        profile: String = #"{"email":"ana@example.com"}"#
    ) -> String {
        #"""
        {"id":"wh1","kind":"\#(kind)","sent_at":"2023-11-14T10:00:06.000Z","data":{"profile":\#(profile),
         "response":{"id":"r1","button_text":\#(button),"button_order":3,"input_text":\#(text),
          "finished_at":"2023-11-14T10:00:05.000Z"},"survey":{"id":"s1","name":"NPS"}}}
        """#
    }

    @Test("the button's text is the score, not its place")
    func response() async throws {
        let response = try await Fixture.submission("chameleon", Self.payload()).response
        #expect(response.id == ResponseID(source: "chameleon", providerID: "r1"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(response.answeredAt == Timestamp.parse("2023-11-14T10:00:05Z"))
    }

    @Test("zero is a score, and a comment that comes later edits the response")
    func edit() async throws {
        let first = Self.payload(button: #""0""#, text: "null")
        #expect(try await Fixture.submission("chameleon", first).response.score.value == 0)
        try await Fixture.expectEdit("chameleon", first, Self.payload(button: #""0""#))
    }

    @Test(
        "other kinds are ignored",
        arguments: [
            payload("ping"), payload("tour.completed"), payload("survey.exited"), payload("alert.triggered"),
            #"{"kind":null}"#, "null",
        ]
    )
    func ignored(body: String) async throws {
        #expect(try await Fixture.map("chameleon", body).isEmpty)
    }

    @Test(
        "what is wrong is named",
        arguments: [
            (payload(button: #""11""#), ["score"]), (payload(button: #""""#), ["score"]),
            (payload(button: #""Very likely""#), ["score"]), (payload(profile: "{}"), ["email"]),
            (payload(profile: #""ana@example.com""#), ["email"]), (payload(text: "[]"), ["comment"]),
            (#"{"kind":"response.finished","data":null}"#, ["email", "score"]),
            (#"{"kind":"response.finished","data":{"response":"r1","profile":null}}"#, ["email", "score"]),
        ]
    )
    func broken(body: String, fields: [String]) async throws {
        #expect(try await Fixture.problems("chameleon", body) == fields)
    }

    @Test("the time of sending is in the body and is checked once the signature matched")
    func signature() throws {
        let source = try Fixture.preset("chameleon")
        let body = #"{"kind":"ping","sent_at":"2023-11-14T22:13:20.000Z"}"#
        let header = (
            "X-Chameleon-Signature", "48f515da4c47e5169f46a08953babc796b6cce9f5913975584269e5c19464a8f"
        )
        func delivery(age: Double) -> WebhookDelivery {
            Fixture.delivery([header], body: body, at: Fixture.now.addingTimeInterval(age))
        }
        #expect(throws: Never.self) { try source.verify(delivery(age: 299)) }
        #expect(throws: SignatureRejection.stale) { try source.verify(delivery(age: 301)) }
        #expect(throws: SignatureRejection.future) { try source.verify(delivery(age: -301)) }
        #expect(throws: SignatureRejection.wrongSignature) {
            try source.verify(Fixture.delivery([header], body: body + " "))
        }
    }
}
