import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Help Scout")
struct HelpScoutPresetTests {
    static func payload(
        value: String = #""9""#,
        category: String = #""passive""#,
        comment: String = #""Fast""#,
        timestamp: String = #""2023-11-14T10:00:05Z""#,
        customer: String = #"{"id":500,"_embedded":{"emails":[{"id":1,"value":"ana@example.com"}]}}"#
    ) -> String {
        #"""
        {"message":{"name":"Monthly NPS"},"response":{"value":\#(value),"category":\#(category),"comment":\#(comment),
         "timestamp":\#(timestamp)},"_embedded":{"customer":\#(customer)}}
        """#
    }

    @Test(
        "the value is the score, whatever the category says",
        arguments: [payload(), payload(customer: #"{"email":"ana@example.com"}"#)]
    )
    func response(body: String) async throws {
        let response = try await Fixture.submission("helpscout", body).response
        #expect(response.id == ResponseID(source: "helpscout", providerID: "ana@example.com 2023-11-14T10:00:05Z"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(response.answeredAt == Timestamp.parse("2023-11-14T10:00:05Z"))
    }

    @Test("zero is a score, and who answered when is one response")
    func edit() async throws {
        let first = Self.payload(value: #""0""#, comment: "null")
        #expect(try await Fixture.submission("helpscout", first).response.score.value == 0)
        try await Fixture.expectEdit("helpscout", first, Self.payload(value: #""0""#))
        let other = try await Fixture.submission("helpscout", Self.payload(timestamp: #""2023-11-14T11:00:05Z""#))
        #expect(try await other.response.id != Fixture.submission("helpscout", first).response.id)
    }

    @Test(
        "surveys of other kinds and other events are ignored",
        arguments: [
            payload(value: #""😀""#, category: "null"), #"{"id":7,"subject":"Help"}"#, #"{"response":null}"#,
            #"{"response":"9"}"#, "[]",
        ]
    )
    func ignored(body: String) async throws {
        #expect(try await Fixture.map("helpscout", body).isEmpty)
    }

    @Test(
        "what is wrong is named",
        arguments: [
            (payload(value: #""11""#), ["score"]), (payload(value: #""""#), ["score"]),
            (payload(value: "null"), ["score"]), (payload(customer: "null"), ["email"]),
            (payload(customer: #"{"_embedded":{"emails":"ana@example.com"}}"#), ["email"]),
            (payload(comment: "{}"), ["comment"]), (payload(timestamp: #""soon""#), ["answeredAt"]),
            (#"{"response":{"category":"passive"},"_embedded":"x"}"#, ["email", "score"]),
        ]
    )
    func broken(body: String, fields: [String]) async throws {
        #expect(try await Fixture.problems("helpscout", body) == fields)
    }

    @Test("a SHA-1 signature is accepted")
    func signature() throws {
        let source = try Fixture.preset("helpscout")
        let header = ("X-HelpScout-Signature", "oU76kYCzpfLovs+rAvZklBiR8U8=")
        #expect(try source.verify(Fixture.delivery([header])).secretIndex == 0)
        #expect(throws: SignatureRejection.wrongSignature) {
            try source.verify(Fixture.delivery([header], body: "{}"))
        }
    }
}
