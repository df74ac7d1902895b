import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Product Fruits")
struct ProductFruitsPresetTests {
    private static let text = #"{"questionId":"q2","questionType":"ltxt","answer":"Fast"}"#

    static func payload(
        _ answers: String = "[\(nps("9")),\(text)]",
        email: String = #""ana@example.com""#,
        type: String = "webhook:newsurveyanswer"
    ) -> String {
        #"{"type":"\#(type)","data":{"surveyId":"s1","authorEmail":\#(email),"answers":\#(answers)}}"#
    }

    private static func nps(_ answer: String) -> String {
        #"{"questionId":"q1","questionType":"nps","answer":\#(answer)}"#
    }

    @Test("the NPS question among others, and the first written answer")
    func response() async throws {
        let choice = #"{"questionId":"q3","questionType":"rbtn","answer":"7f"}"#
        let response = try await Fixture.submission(
            "productfruits",
            Self.payload("[\(choice),\(Self.nps("9")),\(Self.text)]")
        ).response
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(response.answeredAt == Fixture.now)
    }

    @Test("without ids the same delivery is one response, and another answer another")
    func identity() async throws {
        let zero = Self.payload("[\(Self.nps("0"))]")
        let first = try await Fixture.submission("productfruits", zero).response
        #expect(first.score.value == 0)
        #expect(try await Fixture.submission("productfruits", zero).response.id == first.id)
        #expect(try await Fixture.submission("productfruits", Self.payload()).response.id != first.id)
    }

    @Test(
        "other events and surveys without an NPS question are ignored",
        arguments: [payload(type: "webhook:newfeedback"), payload("[\(text)]"), "{}", "3"]
    )
    func ignored(body: String) async throws {
        #expect(try await Fixture.map("productfruits", body).isEmpty)
    }

    @Test(
        "what is wrong is named",
        arguments: [
            (payload("[\(nps("11"))]"), ["score"]), (payload("[\(nps(#""""#))]"), ["score"]),
            (payload(#"[{"questionId":"q1","answer":9}]"#), ["score"]), (payload(#""nine""#), ["score"]),
            (payload("null"), ["score"]), (payload("[]"), ["score"]), (payload(email: "null"), ["email"]),
            (payload(email: "{}"), ["email"]),
            (#"{"type":"webhook:newsurveyanswer","data":null}"#, ["email", "score"]),
            (#"{"type":"webhook:newsurveyanswer","data":"x"}"#, ["email", "score"]),
        ]
    )
    func broken(body: String, fields: [String]) async throws {
        #expect(try await Fixture.problems("productfruits", body) == fields)
    }

    @Test("a token in a header or in the address")
    func tokens() throws {
        try Fixture.expectTokens("productfruits")
    }
}
