import Foundation
import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Jotform")
struct JotformPresetTests {
    private static let type = "multipart/form-data; boundary=frontier"

    static func answers(score: String = #""9""#, email: String = #""ana@example.com""#, rest: String = "") -> String {
        #"{"slug":"submit/231","q3_email":\#(email),"q4_howLikely":\#(score),"q5_why":"Fast"\#(rest)}"#
    }

    static func payload(_ answers: String = answers(), id: String = "60001") -> String {
        let fields = [
            ("formID", "231"), ("submissionID", id), ("formTitle", "NPS"), ("ip", "192.0.2.1"), ("type", "WEB"),
            ("pretty", "How likely?:9, Why?:Fast"), ("rawRequest", answers),
        ]
        return fields.map { name, value in
            "--frontier\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
        }
        .joined() + "--frontier--\r\n"
    }

    @Test("the answers are JSON in one field of the form")
    func response() async throws {
        let response = try await Fixture.submission("jotform", Self.payload(), type: Self.type).response
        #expect(response.id == ResponseID(source: "jotform", providerID: "60001"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(response.answeredAt == Fixture.now)
    }

    @Test("zero is a score, and the same submission with another comment is an edit")
    func edit() async throws {
        let first = Self.payload(Self.answers(score: "0"))
        #expect(try await Fixture.submission("jotform", first, type: Self.type).response.score.value == 0)
        let second = Self.payload(Self.answers(score: "0").replacing("Fast", with: "Slow"))
        try await Fixture.expectEdit("jotform", first, second, type: Self.type)
    }

    @Test(
        "questions are known by their names, or by what their answers are",
        arguments: [
            (#"{"q1_score":"7","q2_contactEMail":"ana@example.com"}"#, 7, nil),
            (#"{"q1_stars":"4","q2_npsReason":"2","q3_recommendUs":"10","q9_x":"ana@example.com"}"#, 10, "2"),
            (#"{"q1_name":{"first":"Ana"},"q2_x":"ana@example.com","q3_y":3,"q4_z":"55"}"#, 3, nil),
            (#"{"event_id":"5","q2_email":"","q3_email2":"ana@example.com","q7_rate":"6"}"#, 6, nil),
        ] as [(String, Int, String?)]
    )
    func rules(answers: String, score: Int, comment: String?) async throws {
        let response = try await Fixture.submission("jotform", Self.payload(answers), type: Self.type).response
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == score)
        #expect(response.comment == comment)
    }

    @Test(
        "a body without a submission is ignored",
        arguments: ["--frontier\r\nContent-Disposition: form-data; name=\"action\"\r\n\r\nping\r\n--frontier--\r\n"]
    )
    func ignored(body: String) async throws {
        #expect(try await Fixture.map("jotform", body, type: Self.type).isEmpty)
    }

    @Test(
        "what is wrong is named",
        arguments: [
            (payload(answers(score: "11")), ["score"]), (payload(answers(score: #""""#)), ["score"]),
            (payload(answers(score: #"{"a":1}"#)), ["score"]), (payload(answers(score: "false")), ["score"]),
            (payload(answers(email: #""""#)), ["email"]), (payload(answers(email: "[]")), ["email"]),
            (payload("{"), ["email", "score"]), (payload("[]"), ["email", "score"]),
            (payload(id: "\u{7}"), ["id"]),
        ]
    )
    func broken(body: String, fields: [String]) async throws {
        #expect(try await Fixture.problems("jotform", body, type: Self.type) == fields)
    }

    @Test("a token in a header or in the address")
    func tokens() throws {
        try Fixture.expectTokens("jotform")
    }
}
