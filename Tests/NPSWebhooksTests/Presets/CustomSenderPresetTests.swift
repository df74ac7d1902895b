import Foundation
import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Presets for your own senders")
struct CustomSenderPresetTests {
    private static let names = ["google-forms", "github", "stripe", "slack", "shopify"]

    private static func payload(score: String = "9", email: String = #""ana@example.com""#) -> String {
        #"""
        {"id":"2_ABa","email":\#(email),"score":\#(score),"comment":"Fast","answeredAt":"2023-11-14T10:00:05.000Z",
         "campaignId":"5c3d0c380000000000000001","custom":{"plan":"pro"}}
        """#
    }

    @Test("the collector's own names", arguments: names)
    func response(name: String) async throws {
        let response = try await Fixture.submission(name, Self.payload()).response
        #expect(response.id == ResponseID(source: name, providerID: "2_ABa"))
        #expect(response.email.address == "ana@example.com")
        #expect(response.score.value == 9)
        #expect(response.comment == "Fast")
        #expect(response.answeredAt == Timestamp.parse("2023-11-14T10:00:05Z"))
        #expect(response.campaignID == "5c3d0c380000000000000001")
        try await Fixture.expectEdit(name, Self.payload(), Self.payload(score: "0"))
    }

    @Test(
        "what is wrong is named",
        arguments: names,
        [
            (payload(score: "11"), ["score"]), (payload(score: #""""#), ["score"]), (payload(score: "true"), ["score"]),
            (payload(email: "null"), ["email"]), (payload(email: "{}"), ["email"]), ("{}", ["email", "score"]),
            (#"{"email":"ana@example.com","score":9,"Comment":"x"}"#, ["response"]),
        ]
    )
    func broken(name: String, sample: (body: String, fields: [String])) async throws {
        #expect(try await Fixture.problems(name, sample.body) == sample.fields)
    }

    @Test(
        "the signature that each is named for",
        arguments: [
            (
                "github",
                [("X-Hub-Signature-256", "sha256=6ce35c1f67b440187490b0f421b3b6b146aeb5cf0695cc584a940cea7ea7e11a")]
            ),
            (
                "stripe",
                [
                    (
                        "Stripe-Signature",
                        "t=1700000000,v1=afddc1d213bbb1fa2b733f156a398b5086b490ab09bc25aadcff5a1aad5e3551,v0=00"
                    )
                ]
            ),
            (
                "slack",
                [
                    ("X-Slack-Signature", "v0=9ae14e7e149db148f0009bcf2604062c2d1e3d2b7bf11616df0efd2113c5b55e"),
                    ("X-Slack-Request-Timestamp", "1700000000"),
                ]
            ),
            ("shopify", [("X-Shopify-Hmac-SHA256", "bONcH2e0QBh0kLD0IbO2sUautc8GlcxYSpQM6n6n4Ro=")]),
        ]
    )
    func signature(name: String, headers: [(String, String)]) throws {
        let source = try Fixture.preset(name)
        #expect(throws: Never.self) { try source.verify(Fixture.delivery(headers)) }
        #expect(throws: SignatureRejection.wrongSignature) {
            try source.verify(Fixture.delivery(headers, body: Fixture.body + " "))
        }
        #expect(throws: SignatureRejection.self) { try source.verify(Fixture.delivery([])) }
    }

    @Test("GitHub's published signature")
    func gitHub() throws {
        let source = try Fixture.preset("github", secrets: ["It's a Secret to Everybody"])
        let value = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        let delivery = Fixture.delivery([("X-Hub-Signature-256", value)], body: "Hello, World!")
        #expect(throws: Never.self) { try source.verify(delivery) }
    }

    @Test("a late one is refused by Stripe's and Slack's scheme, an early one by Slack's only")
    func freshness() throws {
        for (name, age, isRefused) in [
            ("stripe", 301.0, true), ("stripe", -301, false), ("slack", 301, true), ("slack", -301, true),
        ] {
            let source = try Fixture.preset(name)
            let headers = try source.sign(Array(Fixture.body.utf8), id: "", at: Fixture.now).headers
            let date = Fixture.now.addingTimeInterval(age)
            let delivery = Fixture.delivery(headers.map { ($0.name, $0.value) }, at: date)
            #expect((try? source.verify(delivery)) == nil ? isRefused : !isRefused)
        }
    }

    @Test("the Google Forms script signs Standard Webhooks, whose published vector is accepted")
    func googleForms() throws {
        let source = try Fixture.preset("google-forms", secrets: [StandardDelivery.secret])
        #expect(try source.verify(StandardDelivery().delivery).deliveryID == StandardDelivery.id)
    }
}
