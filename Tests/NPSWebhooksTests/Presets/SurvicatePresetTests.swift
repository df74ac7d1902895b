import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Survicate")
struct SurvicatePresetTests {
    static let choice = #""choice":{"id":9,"body":"promoter","comment":"Fast"}"#

    static func payload(
        _ answer: String = choice,
        event: String = "questionAnswered",
        attributes: String = #"{"email":"ana@example.com"}"#
    ) -> String {
        #"""
        {"messageId":"m1","deliveryTries":0,"event":{"\#(event)":{"responseUuid":"u1",
         "timestamp":"2023-11-14T10:00:05+00:00","survey":{"id":"s1","name":"NPS"},
         "respondent":{"uuid":"p1","attributes":\#(attributes)},\#(answer)}}}
        """#
    }

    @Test(
        "one answer, or a whole survey",
        arguments: [
            payload(),
            payload(#""answers":[{"question":{"id":12},\#(choice)},{"text":"x"}]"#, event: "surveyCompleted"),
        ]
    )
    func shapes(body: String) async throws {
        let response = try await Fixture.submission("survicate", body).response
        #expect(response.id == ResponseID(source: "survicate", providerID: "u1"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(response.answeredAt == Timestamp.parse("2023-11-14T10:00:05Z"))
    }

    @Test("the address may come from a contact form of the same survey, and attributes may be an empty list")
    func contactForm() async throws {
        let body = Self.payload(
            #""answers":[{"fields":{"firstName":"Bo","email":"bo@example.com"}},{\#(Self.choice)}]"#,
            event: "surveyCompleted",
            attributes: "[]"
        )
        #expect(try await Fixture.submission("survicate", body).response.email.address == "bo@example.com")
    }

    @Test("the score is the number, whatever the word beside it")
    func category() async throws {
        let body = Self.payload(#""choice":{"id":0,"body":"promoter","comment":null}"#)
        #expect(try await Fixture.submission("survicate", body).response.score.value == 0)
    }

    @Test("a completed survey edits what its first answer said")
    func edit() async throws {
        let first = Self.payload(#""choice":{"id":9,"body":"promoter","comment":null}"#)
        try await Fixture.expectEdit("survicate", first, Self.payload(event: "surveyCompleted"))
    }

    @Test(
        "answers to other questions are ignored",
        arguments: [
            payload(#""choice":{"id":21573,"body":"Great","comment":null}"#), payload(#""text":"Hello""#),
            payload(#""choice":"promoter""#), payload(#""choice":null"#), payload(event: "surveyStarted"),
            #"{"event":null}"#, #"{"event":"questionAnswered"}"#, #"{"event":{"questionAnswered":"x"}}"#,
        ]
    )
    func ignored(body: String) async throws {
        #expect(try await Fixture.map("survicate", body).isEmpty)
    }

    @Test(
        "what is wrong is named",
        arguments: [
            (payload(#""choice":{"id":11,"body":"promoter"}"#), ["score"]),
            (payload(#""choice":{"id":"","body":"passive"}"#), ["score"]),
            (payload(#""choice":{"body":"detractor"}"#), ["score"]),
            (payload(attributes: "[]"), ["email"]), (payload(attributes: "null"), ["email"]),
            (payload(attributes: #"{"email":["ana@example.com"]}"#), ["email"]),
            (payload(#""choice":{"id":9,"body":"promoter","comment":{}}"#), ["comment"]),
        ]
    )
    func broken(body: String, fields: [String]) async throws {
        #expect(try await Fixture.problems("survicate", body) == fields)
    }

    @Test(
        "a signature is enough, and so is a token",
        arguments: [
            ("Hmac", "6ce35c1f67b440187490b0f421b3b6b146aeb5cf0695cc584a940cea7ea7e11a"), ("Token", Fixture.secret),
        ]
    )
    func signature(header: String, value: String) throws {
        let source = try Fixture.preset("survicate", secrets: ["another secret of tests", Fixture.secret])
        #expect(try source.verify(Fixture.delivery([(header, value)])).secretIndex == 1)
        #expect(throws: SignatureRejection.wrongSignature) {
            try Fixture.preset("survicate", secrets: ["another secret of tests"]).verify(
                Fixture.delivery([(header, value)])
            )
        }
    }
}
