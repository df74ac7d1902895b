import Foundation
import Testing

@testable import NPSWebhooks

@Suite("A source accepts what it signs")
struct SigningTests {
    @Test("every preset signs for itself", arguments: SourceCatalogue.presets.map(\.name))
    func presets(_ name: String) throws {
        let secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
        try checkRoundTrip(
            Fixture.preset(name, secrets: [secret, StandardDelivery.secret]),
            body: Self.bodies[name] ?? Self.body
        )
    }

    @Test("every described scheme signs for itself", arguments: SignatureVectorTests.vectors)
    func described(_ vector: SignatureVectorTests.Vector) throws {
        try checkRoundTrip(Fixture.source(signature: vector.signature, secrets: [vector.secret]))
    }

    @Test("a published vector is signed byte for byte")
    func published() throws {
        let source = try Fixture.preset("standard", secrets: [StandardDelivery.secret])
        let headers = try source.sign(
            Array(#"{"test": 2432232314}"#.utf8),
            id: StandardDelivery.id,
            at: Date(timeIntervalSince1970: StandardDelivery.signedAt)
        ).headers
        #expect(headers.map(\.name) == ["webhook-signature", "webhook-id", "webhook-timestamp"])
        #expect(headers.map(\.value) == [StandardDelivery.signature, StandardDelivery.id, "1614265330"])
    }

    @Test("a form that is signed already gets the new signature instead of the old")
    func signedAlready() throws {
        let source = try Fixture.preset("qualtrics")
        let captured = "x=1&HMAC=00ff&MSG=%7B%7D&%48MAC=11"
        let parts = try source.sign(Array(captured.utf8), id: "", at: Fixture.now)
        #expect(parts.body.map { String(decoding: $0, as: UTF8.self) } == "x=1&MSG=%7B%7D")
        let field = try #require(parts.formFields.first)
        let body = String(decoding: try #require(parts.body), as: UTF8.self) + "&\(field.name)=\(field.value)"
        #expect(throws: Never.self) { try source.verify(Fixture.delivery([Fixture.formType], body: body)) }
        #expect(try source.sign(Array("x=1&MSG=%7B%7D".utf8), id: "", at: Fixture.now).body == nil)
    }

    @Test("svix signs under its own names")
    func svix() throws {
        let source = try Fixture.preset("svix", secrets: [StandardDelivery.secret])
        let headers = try source.sign([], id: "msg_1", at: Fixture.now).headers
        #expect(headers.map(\.name) == ["svix-signature", "svix-id", "svix-timestamp"])
        #expect(throws: Never.self) { try source.verify(StandardDelivery(brand: "webhook").delivery) }
    }

    @Test("a public key alone can't sign, and says so")
    func publicKey() throws {
        let source = try Fixture.preset("standard", secrets: [StandardDelivery.publicKey])
        #expect(throws: WebhookError.cannotSign("standard")) { try source.sign([], id: "msg_1", at: Fixture.now) }
        #expect(WebhookError.cannotSign("standard").description.contains("webhooks.standard.secrets"))
    }

    private static let body = "{\"score\": 9, \"comment\": \"–\u{0}\"}"

    /// By preset, where the scheme looks into the body.
    private static let bodies = ["qualtrics": "MSG=%7B%7D", "chameleon": #"{"sent_at":"2023-11-14T22:13:20Z"}"#]

    private func checkRoundTrip(_ source: WebhookSource, body: String = Self.body) throws {
        let url = "https://nps.example.com/webhooks/acme"
        let parts = try source.sign(Array(body.utf8), id: "msg_1", at: Fixture.now, url: url)
        func delivery(_ body: String) -> WebhookDelivery {
            let fields = parts.formFields.map { "&\($0.name)=\($0.value)" }.joined()
            let query = parts.query.map { "?\($0.name)=\($0.value)" }.joined()
            return WebhookDelivery(
                method: "POST",
                publicURL: url + query,
                headers: parts.headers + (parts.formFields.isEmpty ? [] : [Fixture.formType]),
                body: Array((body + fields).utf8),
                receivedAt: Fixture.now
            )
        }
        #expect(try source.verify(delivery(body)).secretIndex == 0)
        guard source.verifier.schemes[0].scheme.kind != .token else { return }
        #expect(throws: SignatureRejection.wrongSignature) { try source.verify(delivery(body + "0")) }
    }
}
