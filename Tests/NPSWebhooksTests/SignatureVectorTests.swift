import Foundation
import Testing

@testable import NPSWebhooks

/// Signatures made elsewhere: published test vectors, and values computed with Python's `hmac` and `hashlib`.
@Suite("Signatures made elsewhere are accepted")
struct SignatureVectorTests {
    struct Vector: CustomTestStringConvertible {
        let name: String
        let signature: String
        var secret = Fixture.secret
        let headers: [(String, String)]
        var body = Fixture.body
        var method = "POST"
        var url = "https://nps.example.com/hooks/hubspot?tenant=1"
        var time: TimeInterval = 1_700_000_000

        var testDescription: String { name }

        var delivery: WebhookDelivery {
            Fixture.delivery(
                headers,
                body: body,
                method: method,
                url: url,
                at: Date(timeIntervalSince1970: time)
            )
        }
    }

    private static let hubspotSecret = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"

    static let vectors = [
        Vector(
            name: "GitHub, published",
            signature: #"{header: X-Hub-Signature-256, prefix: "sha256="}"#,
            secret: "It's a Secret to Everybody",
            headers: [
                (
                    "X-Hub-Signature-256",
                    "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
                )
            ],
            body: "Hello, World!"
        ),
        Vector(
            name: "hex without prefix",
            signature: "{header: Hmac, encoding: hex}",
            headers: [("hmac", "6ce35c1f67b440187490b0f421b3b6b146aeb5cf0695cc584a940cea7ea7e11a")]
        ),
        Vector(
            name: "hex in capitals",
            signature: "{header: Hmac}",
            headers: [("HMAC", "6CE35C1F67B440187490B0F421B3B6B146AEB5CF0695CC584A940CEA7EA7E11A")]
        ),
        Vector(
            name: "base64 without prefix",
            signature: "{header: X-Shop, encoding: base64}",
            headers: [("X-Shop", "bONcH2e0QBh0kLD0IbO2sUautc8GlcxYSpQM6n6n4Ro=")]
        ),
        Vector(
            name: "base64url of SHA-512",
            signature: "{header: X-Sig, hash: sha512, encoding: base64url}",
            headers: [
                (
                    "X-Sig",
                    "JPu3ZUIbdMiVT40YI4UyI0_F-8foNJUfItPsv6N_9z9Rr7zY5dCktKpcEATJs-8I_yx-aPsMeEyny63UycdgXQ"
                )
            ]
        ),
        Vector(
            name: "SHA-1 with prefix, as Intercom",
            signature: #"{hash: sha1, header: [X-Body-Signature, X-Hub-Signature], prefix: "sha1="}"#,
            headers: [("X-Hub-Signature", "sha1=a14efa9180b3a5f2e8becfab02f664941891f14f")]
        ),
        Vector(
            name: "a key put together, as SurveyMonkey",
            signature:
                #"{hash: sha1, header: Sm-Signature, encoding: base64, secret: {template: "client123&{secret}"}}"#,
            // HMAC pads a short key with zeros (RFC 2104), so this is the key secret456 in a permitted length.
            secret: "secret456" + String(repeating: "\0", count: 7),
            headers: [("Sm-Signature", "zSqdWDRf56wEg0Scd4/HLQG4z+Y=")]
        ),
        Vector(
            name: "an ISO 8601 time before the body, as Zendesk",
            signature: """
                {header: X-Sig, encoding: base64, content: "{timestamp}{body}",
                  timestamp: {header: X-Time, clock: iso8601}}
                """,
            headers: [("X-Sig", "4TZUP+V98yPwmhVYSUJQmljjC8ZUsCvLwUa3Tep3TRQ="), ("X-Time", "2023-11-14T22:13:20Z")]
        ),
        Vector(
            name: "the time among the items, as Stripe",
            signature: """
                {header: Stripe-Signature, list: {separator: ",", pair: "=", accept: [v1]}, content: "{timestamp}.{body}",
                  timestamp: {item: t, direction: past}}
                """,
            headers: [
                (
                    "Stripe-Signature",
                    "t=1700000000,v1=00ff,v0=77,v1=afddc1d213bbb1fa2b733f156a398b5086b490ab09bc25aadcff5a1aad5e3551"
                )
            ]
        ),
        Vector(
            name: "colons and a version prefix, as Slack",
            signature: """
                {header: X-Slack-Signature, prefix: "v0=", content: "v0:{timestamp}:{body}",
                  timestamp: {header: X-Slack-Request-Timestamp}}
                """,
            headers: [
                ("X-Slack-Signature", "v0=9ae14e7e149db148f0009bcf2604062c2d1e3d2b7bf11616df0efd2113c5b55e"),
                ("X-Slack-Request-Timestamp", "1700000000"),
            ]
        ),
        Vector(
            name: "HubSpot v1, published",
            signature: #"{kind: digest, header: X-HubSpot-Signature, content: "{secret}{body}"}"#,
            secret: hubspotSecret,
            headers: [("X-HubSpot-Signature", "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de")],
            body: #"[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"#
                + #""subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","#
                + #""changeFlag":"NEW","appId":54321}]"#
        ),
        Vector(
            name: "HubSpot v1",
            signature: #"{kind: digest, header: X-HubSpot-Signature, content: "{secret}{body}"}"#,
            headers: [("X-HubSpot-Signature", "3f2bc8ec30402c2ac62c8189fa78a4bf4f8ad7ffc2a9daa929267ebdbfeca641")]
        ),
        Vector(
            name: "HubSpot v2, published",
            signature: #"{kind: digest, header: X-HubSpot-Signature, content: "{secret}{method}{url}{body}"}"#,
            secret: hubspotSecret,
            headers: [("X-HubSpot-Signature", "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e")],
            body: "",
            method: "GET",
            url: "https://www.example.com/webhook_uri"
        ),
        Vector(
            name: "HubSpot v2",
            signature: #"{kind: digest, header: X-HubSpot-Signature, content: "{secret}{method}{url}{body}"}"#,
            headers: [("X-HubSpot-Signature", "6100cb9f1790a346d448c1d00813d52f9dbbe5e3b992b54760034b2a16f286ce")]
        ),
        Vector(
            name: "HubSpot v3",
            signature: """
                {header: X-HubSpot-Signature-v3, encoding: base64, content: "{method}{url}{body}{timestamp}",
                  timestamp: {header: X-HubSpot-Request-Timestamp, clock: milliseconds}}
                """,
            headers: [
                ("X-HubSpot-Signature-v3", "HRsiDi+qT2C0eZJE+x6bBrAJNTyBFFiXWP40EEgsKoQ="),
                ("X-HubSpot-Request-Timestamp", "1700000000000"),
            ]
        ),
        Vector(
            name: "Qualtrics' SHA-512, over the text alone, published",
            signature: "{hash: sha512, header: X-Sig}",
            // The published key is kyma4ever: HMAC pads a short key with zeros (RFC 2104).
            secret: "kyma4ever" + String(repeating: "\0", count: 7),
            headers: [
                (
                    "X-Sig",
                    "c2c585a404c239aa3063b462cc33551d3ed3ed2de0899f58d456fc0ef7ebef6f"
                        + "3c3af44957989bd0592603e41edde9528f7d9ed09ee128bf719aa12f46e5c598"
                )
            ],
            body: #"{"Status":"Complete","SurveyID":"SV_1AmkKSDmoZ4XlQx","ResponseID":"R_0B7IcnXszjEUHLP","#
                + #""CompletedDate":"2019-06-25 07:58:25","BrandID":"sapdevelopment"}"#
        ),
        Vector(
            name: "a bearer token",
            signature: #"{kind: token, header: Authorization, prefix: "Bearer "}"#,
            headers: [("authorization", "Bearer nps-collector-test-secret")]
        ),
        Vector(
            name: "a bearer token, with the scheme's name in small letters",
            signature: #"{kind: token, header: Authorization, prefix: "Bearer "}"#,
            headers: [("authorization", "bearer nps-collector-test-secret")]
        ),
        Vector(
            name: "a basic token",
            signature: #"{kind: token, header: Authorization, prefix: "Basic ", encoding: base64}"#,
            secret: "user:long-password",
            headers: [("Authorization", "Basic dXNlcjpsb25nLXBhc3N3b3Jk")]
        ),
    ]

    @Test("a signature described in a source file is accepted", arguments: vectors)
    func described(_ vector: Vector) throws {
        let source = try Fixture.source(
            signature: vector.signature,
            secrets: ["another secret of tests", vector.secret]
        )
        #expect(try source.verify(vector.delivery).secretIndex == 1)

        let other = try Fixture.source(signature: vector.signature, secrets: ["another secret of tests"])
        #expect(throws: SignatureRejection.wrongSignature) { try other.verify(vector.delivery) }

        let altered = WebhookDelivery(
            method: vector.method,
            publicURL: vector.url,
            headers: vector.delivery.headers,
            body: vector.delivery.body + [0x20],
            receivedAt: vector.delivery.receivedAt
        )
        if !vector.signature.contains("kind: token") {
            #expect(throws: SignatureRejection.wrongSignature) { try source.verify(altered) }
        }
    }

    @Test(
        "by the preset",
        arguments: [
            ("typeform", "Typeform-Signature", "sha256=bONcH2e0QBh0kLD0IbO2sUautc8GlcxYSpQM6n6n4Ro="),
            ("tally", "Tally-Signature", "bONcH2e0QBh0kLD0IbO2sUautc8GlcxYSpQM6n6n4Ro="),
            (
                "delighted", "X-Delighted-Webhook-Signature",
                "sha256=6ce35c1f67b440187490b0f421b3b6b146aeb5cf0695cc584a940cea7ea7e11a"
            ),
        ]
    )
    func preset(_ name: String, header: String, value: String) throws {
        let source = try Fixture.preset(name)
        #expect(try source.verify(Fixture.delivery([(header, value)])).deliveryID == nil)
        #expect(throws: SignatureRejection.missingHeader(header)) { try source.verify(Fixture.delivery([])) }
    }
}
