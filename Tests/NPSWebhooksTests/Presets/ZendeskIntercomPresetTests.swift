import Foundation
import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Zendesk and Intercom")
struct ZendeskIntercomPresetTests {
    static func zendesk(
        score: String = #""9""#,
        email: String = #""ana@example.com""#,
        comment: String = #""Fast""#
    ) -> String {
        #"""
        {"id":"35436","email":\#(email),"score":\#(score),"comment":\#(comment),"answeredAt":"2023-11-14T10:00:05Z"}
        """#
    }

    static func intercom(
        _ topic: String = "survey.response.completed",
        item: String = #"{"id":"i1","score":9,"comment":"Fast","contact":{"email":"ana@example.com"}}"#
    ) -> String {
        #"""
        {"type":"notification_event","id":"notif_1","topic":"\#(topic)","app_id":"a","created_at":1699956005,
         "delivery_attempts":1,"first_sent_at":1699956006,"data":{"type":"notification_event_data","item":\#(item)}}
        """#
    }

    @Test("a Zendesk trigger's body, and an Intercom topic about surveys", arguments: ["zendesk", "intercom"])
    func response(name: String) async throws {
        let body = name == "zendesk" ? Self.zendesk() : Self.intercom()
        let response = try await Fixture.submission(name, body).response
        #expect(response.id == ResponseID(source: name, providerID: name == "zendesk" ? "35436" : "i1"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(response.answeredAt == Timestamp.parse("2023-11-14T10:00:05Z"))
    }

    @Test("zero is a score, and another comment on the same ticket is an edit")
    func edit() async throws {
        let first = Self.zendesk(score: #""0""#, comment: "null")
        #expect(try await Fixture.submission("zendesk", first).response.score.value == 0)
        try await Fixture.expectEdit("zendesk", first, Self.zendesk(score: #""0""#))
        let rated = Self.intercom(item: #"{"id":"i1","rating":0,"user":{"email":"ana@example.com"}}"#)
        #expect(try await Fixture.submission("intercom", rated).response.score.value == 0)
        try await Fixture.expectEdit("intercom", rated, Self.intercom())
    }

    @Test(
        "other events and pings are ignored",
        arguments: [
            ("zendesk", #"{"type":"zen:event-type:user.created","id":"1","detail":{"email":"ana@example.com"}}"#),
            ("zendesk", "[]"), ("intercom", intercom("ping", item: #"{"type":"ping","message":"hello"}"#)),
            ("intercom", intercom("conversation.rating.added")), ("intercom", #"{"type":"ping"}"#),
            ("intercom", "[]"), ("intercom", "null"),
        ]
    )
    func ignored(name: String, body: String) async throws {
        #expect(try await Fixture.map(name, body).isEmpty)
    }

    @Test(
        "what is wrong is named",
        arguments: [
            ("zendesk", zendesk(score: "11"), ["score"]), ("zendesk", zendesk(score: #""""#), ["score"]),
            ("zendesk", zendesk(score: #""good""#), ["score"]), ("zendesk", zendesk(email: "null"), ["email"]),
            ("zendesk", zendesk(comment: "[]"), ["comment"]), ("zendesk", "{}", ["email", "score"]),
            ("zendesk", #"{"email":"ana@example.com","score":9,"ticket":1}"#, ["response"]),
            ("zendesk", "7", ["response"]),
            ("intercom", intercom(item: #"{"score":11,"email":"ana@example.com"}"#), ["score", "advice"]),
            ("intercom", intercom(item: #"{"score":"","email":"ana@example.com"}"#), ["score", "advice"]),
            ("intercom", intercom(item: #"{"score":5,"contact":"x"}"#), ["email", "advice"]),
            ("intercom", intercom(item: "null"), ["email", "score", "advice"]),
        ]
    )
    func broken(name: String, body: String, fields: [String]) async throws {
        #expect(try await Fixture.problems(name, body) == fields)
    }

    @Test("Zendesk's signature, whose time is signed too")
    func zendeskSignature() throws {
        let source = try Fixture.preset("zendesk")
        let name = "X-Zendesk-Webhook-Signature"
        let headers = [
            (name, "4TZUP+V98yPwmhVYSUJQmljjC8ZUsCvLwUa3Tep3TRQ="), (name + "-Timestamp", "2023-11-14T22:13:20Z"),
        ]
        #expect(throws: Never.self) { try source.verify(Fixture.delivery(headers)) }
        for age in [-301.0, 301] {
            let date = Fixture.now.addingTimeInterval(age)
            #expect(throws: age < 0 ? SignatureRejection.future : .stale) {
                try source.verify(Fixture.delivery(headers, at: date))
            }
        }
        let moved = [headers[0], (name + "-Timestamp", "2023-11-14T22:13:21Z")]
        #expect(throws: SignatureRejection.wrongSignature) { try source.verify(Fixture.delivery(moved)) }
    }

    @Test("Intercom's signature, under both of its names", arguments: ["X-Hub-Signature", "X-Body-Signature"])
    func intercomSignature(header: String) throws {
        let source = try Fixture.preset("intercom")
        let headers = [(header, "sha1=a14efa9180b3a5f2e8becfab02f664941891f14f")]
        #expect(throws: Never.self) { try source.verify(Fixture.delivery(headers)) }
        #expect(throws: SignatureRejection.wrongSignature) { try source.verify(Fixture.delivery(headers, body: "{}")) }
    }
}
