import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Retently and Refiner")
struct RetentlyRefinerPresetTests {
    static func retently(score: String = "9", comment: String = #""Fast""#, email: String? = "ana@example.com")
        -> String
    {
        let email = email.map { #""email":"\#($0)","# } ?? ""
        return #"""
            {\#(email)"id":"f1","score":\#(score),"comment":\#(comment),"answeredAt":"2023-11-14T10:00:05Z","tag":"x"}
            """#
    }

    static func refiner(
        response: String = #"{"uuid":"r1","completed_at":"2023-11-14T10:00:05Z","data":{"nps":9,"why":"Fast"}}"#,
        email: String = #""ana@example.com""#
    ) -> String {
        #"""
        {"uuid":"u1","project_uuid":"p1","email":\#(email),"attributes":{"nps":3},"segments":[],"account":{},
         "form":{"name":"NPS"},"response":\#(response)}
        """#
    }

    @Test("each names the same response", arguments: [("retently", retently(), "f1"), ("refiner", refiner(), "r1")])
    func response(name: String, body: String, id: String) async throws {
        let response = try await Fixture.submission(name, body).response
        #expect(response.id == ResponseID(source: name, providerID: id))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(response.answeredAt == Timestamp.parse("2023-11-14T10:00:05Z"))
    }

    @Test("Refiner's answers may stand in the response itself")
    func refinerFlat() async throws {
        let body = Self.refiner(response: #"{"uuid":"r1","nps":0,"why":"Slow"}"#)
        let response = try await Fixture.submission("refiner", body).response
        #expect(response.score.value == 0)
        #expect(response.comment == "Slow")
        #expect(response.answeredAt == Fixture.now)
    }

    @Test("a comment that comes later edits the response")
    func edit() async throws {
        try await Fixture.expectEdit("retently", Self.retently(score: "0", comment: "null"), Self.retently(score: "0"))
        let first = Self.refiner(response: #"{"uuid":"r1","data":{"nps":0}}"#)
        try await Fixture.expectEdit("refiner", first, Self.refiner())
    }

    @Test(
        "Refiner's events without a survey response are ignored",
        arguments: [#"{"uuid":"u1","email":"ana@example.com","segments":[]}"#, refiner(response: "null"), "[]"]
    )
    func ignored(body: String) async throws {
        #expect(try await Fixture.map("refiner", body).isEmpty)
    }

    @Test(
        "what is wrong is named",
        arguments: [
            ("retently", retently(score: "11"), ["score"]), ("retently", retently(score: #""""#), ["score"]),
            ("retently", retently(email: nil), ["email"]), ("retently", retently(comment: "[]"), ["comment"]),
            ("retently", "[]", ["email", "score"]), ("retently", "null", ["email", "score"]),
            ("refiner", refiner(response: #"{"data":{"nps":11}}"#), ["score"]),
            ("refiner", refiner(response: #"{"data":{"nps":""}}"#), ["score"]),
            ("refiner", refiner(response: #"{"data":"nine"}"#), ["score"]),
            ("refiner", refiner(response: #""r1""#), ["score"]), ("refiner", refiner(email: "null"), ["email"]),
            ("refiner", refiner(response: #"{"uuid":[],"nps":9,"completed_at":{}}"#), ["id", "answeredAt"]),
        ]
    )
    func broken(name: String, body: String, fields: [String]) async throws {
        #expect(try await Fixture.problems(name, body) == fields)
    }

    @Test("a token in a header or in the address", arguments: ["retently", "refiner"])
    func tokens(name: String) throws {
        try Fixture.expectTokens(name)
    }
}
