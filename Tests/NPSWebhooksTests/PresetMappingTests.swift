import Foundation
import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("What the tools' payloads mean")
struct PresetMappingTests {
    @Test("Typeform")
    func typeform() async throws {
        let response = try await Fixture.response("typeform", Payload.typeform("[\(Payload.scale),\(Payload.text)]"))
        #expect(response.id == ResponseID(source: "typeform", providerID: "tok_42"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast support")
        #expect(response.answeredAt == Timestamp.parse("2023-11-14T10:00:05Z"))
    }

    @Test("Typeform's score is the field named nps, and the link's hidden address goes before a typed one")
    func typeformChoices() async throws {
        let named = #"{"type":"number","number":0,"field":{"id":"f4","type":"rating","ref":"nps"}}"#
        let response = try await Fixture.response(
            "typeform",
            Payload.typeform("[\(Payload.scale),\(named),\(Payload.mail)]")
        )
        #expect(response.score.value == 0)
        #expect(response.email.address == "ana@example.com")
        #expect(response.comment == nil)
    }

    @Test("Typeform without score or address names both")
    func typeformGaps() async throws {
        #expect(
            try await Fixture.wrongFields("typeform", Payload.typeform("[]", hidden: "null")) == [["email", "score"]]
        )
        #expect(try await Fixture.wrongFields("typeform", Payload.typeform("null")) == [["score"]])
        let unanswered = #"{"type":"email","email":null,"field":{"id":"f3","type":"email","ref":"m"}}"#
        for (answers, hidden) in [
            ("[\(Payload.scale)]", "{}"), ("[\(Payload.scale)]", #"{"email":""}"#),
            ("[\(Payload.scale),\(unanswered)]", "{}"),
            ("[\(Payload.scale),\(Payload.text)]", "null"),
        ] {
            let results = try await Fixture.map("typeform", Payload.typeform(answers, hidden: hidden))
            guard case .failure(let invalid)? = results.first else {
                Issue.record("there is no address in it")
                continue
            }
            #expect(invalid.problems.first?.description == "email is missing")
        }
    }

    @Test(
        "Tally, with the address in a hidden field or typed",
        arguments: [
            #"{"key":"c","label":"Email","type":"HIDDEN_FIELDS","value":"ana@example.com"}"#,
            #"{"key":"c","label":"Your address","type":"INPUT_EMAIL","value":"ana@example.com"}"#,
        ]
    )
    func tally(mail: String) async throws {
        let response = try await Fixture.response(
            "tally",
            Payload.tally(
                #"""
                [{"key":"a","label":"How likely?","type":"LINEAR_SCALE","value":9},
                 {"key":"b","label":null,"type":"TEXTAREA","value":"Fast"}, \#(mail)]
                """#
            )
        )
        #expect(response.id == ResponseID(source: "tally", providerID: "r1"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(response.answeredAt == Timestamp.parse("2023-11-14T10:00:05Z"))
    }

    @Test(
        "members of a wrong type are named, in each of the three",
        arguments: [
            ("typeform", Payload.typeform(#""nine""#, hidden: "[]"), ["email", "score"]),
            ("typeform", #"{"event_type":"form_response","form_response":"x"}"#, ["email", "score"]),
            ("tally", Payload.tally("7"), ["email", "score"]),
            ("tally", #"{"eventType":"FORM_RESPONSE","data":null}"#, ["email", "score"]),
            ("delighted", Payload.delighted("survey_response.created", "null"), ["email", "score"]),
            (
                "delighted",
                Payload.delighted("survey_response.created", #"{"id":[],"score":11,"created_at":"soon"}"#),
                ["id", "email", "score", "answeredAt"]
            ),
        ]
    )
    func wrongTypes(_ name: String, body: String, fields: [String]) async throws {
        #expect(try await Fixture.problems(name, body) == fields)
    }

    @Test("Tally without answers names what is missing")
    func tallyGaps() async throws {
        #expect(try await Fixture.wrongFields("tally", Payload.tally("[]")) == [["email", "score"]])
        let choice =
            #"[{"key":"a","label":"email","type":"HIDDEN_FIELDS","value":["x"]},{"type":"LINEAR_SCALE","value":11}]"#
        #expect(try await Fixture.wrongFields("tally", Payload.tally(choice)) == [["email", "score"]])
    }

    @Test("Delighted, whose later comment is an edit of the same response")
    func delighted() async throws {
        let created = try await Fixture.map(
            "delighted",
            Payload.delighted("survey_response.created", Payload.delightedData(comment: "null"))
        )[0].get()
        let updated = try await Fixture.map(
            "delighted",
            Payload.delighted("survey_response.updated", Payload.delightedData(comment: #""Quick answers""#))
        )[0].get()
        #expect(created.response.id == ResponseID(source: "delighted", providerID: "5435"))
        #expect(updated.response.id == created.response.id)
        #expect(updated.digest != created.digest)
        #expect(updated.response.comment == "Quick answers")
        #expect(updated.updatedAt == Date(timeIntervalSince1970: 1_699_900_900))
        #expect(updated.response.answeredAt == Date(timeIntervalSince1970: 1_699_900_805))
    }

    @Test(
        "events that are no response are ignored",
        arguments: [
            ("typeform", #"{"event_type":"form_opened"}"#),
            ("typeform", "{}"),
            ("tally", #"{"eventType":"FORM_VIEW","data":{}}"#),
            ("delighted", Payload.delighted("unsubscribe.created", #"{"person":{"email":"ana@example.com"}}"#)),
            ("delighted", Payload.delighted("survey_response.created", #"{"survey_type":"csat","score":5}"#)),
        ]
    )
    func ignored(_ name: String, body: String) async throws {
        #expect(try await Fixture.map(name, body).isEmpty)
    }
}
