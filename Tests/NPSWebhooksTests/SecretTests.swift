import Foundation
import Testing

@testable import NPSWebhooks

@Suite("Secrets of sources")
struct SecretTests {
    private static let first = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let second = "whsec_bm9ib2R5IHNpZ25zIHdpdGggdGhpcyBvbmU="

    private func secrets(_ configured: ConfiguredSecrets, of preset: String) throws -> [String] {
        let policy = try #require(SourceCatalogue.presets.first { $0.name == preset }?.file.signature)
        return configured.secrets(for: policy.schemes)
    }

    private static let divisions: [(preset: String, text: String, secrets: [String])] = [
        ("standard", "\(first),\(second)", [first, second]),
        ("standard", "\(first) , \(second)", [first, second]),
        ("standard", "v1,\(first)", ["v1,\(first)"]),
        ("standard", "v1,\(first),\(second)", ["v1,\(first)", second]),
        ("standard", "\(first),v1,\(second)", [first, "v1,\(second)"]),
        ("standard", "\(first),nonsense", ["\(first),nonsense"]),
        ("typeform", "correct,horse", ["correct,horse"]),
        ("typeform", "correct, horse, battery, staple", ["correct, horse, battery, staple"]),
        (
            "typeform", "correct horse battery,staple correct horse",
            ["correct horse battery", "staple correct horse"]
        ),
        ("typeform", " a secret that begins with a space", [" a secret that begins with a space"]),
        ("jotform", "one-token-of-tests,another-token-of-tests", ["one-token-of-tests", "another-token-of-tests"]),
        ("typeform", "", [""]), ("typeform", ",", [","]),
    ]

    @Test("text with commas is divided only between things that are secrets in the source's form", arguments: divisions)
    func divided(preset: String, text: String, expected: [String]) throws {
        #expect(try secrets(.text(text), of: preset) == expected)
        #expect(try secrets([text], of: preset) == [text])
    }

    @Test("a secret shown as v1,whsec_... is the secret, and nobody can sign with what v1 decodes to")
    func version() throws {
        let source = try Fixture.preset("standard", secrets: ["v1," + StandardDelivery.secret])
        #expect(try source.verify(StandardDelivery().delivery).secretIndex == 0)
        let scheme = try #require(source.verifier.schemes.first?.scheme)
        let forger = SchemeVerifier(
            scheme: scheme,
            keys: try [#require(SigningKey("v1", index: 0, for: scheme))]
        )
        let forged = Verifier(combination: .any, schemes: [forger])
            .sign(Array(Fixture.body.utf8), id: "msg_1", at: Fixture.now, method: "POST", url: "")
        let headers = try #require(forged).headers.map { ($0.name, $0.value) }
        #expect(throws: SignatureRejection.wrongSignature) { try source.verify(Fixture.delivery(headers)) }
    }

    @Test(
        "a secret of fewer than 16 bytes stops the start, for signatures and tokens",
        arguments: [
            ("standard", "v1", "whsec_" + Data(count: 15).base64EncodedString()),
            ("typeform", "correct horse", "fifteen-letters"), ("jotform", "token", "fifteen-letters"),
            ("survicate", "token", "fifteen-letters"), ("hubspot-legacy", "secret", "fifteen-letters"),
        ]
    )
    func short(preset: String, first: String, second: String) throws {
        let error = #expect(throws: WebhookError.self) {
            try SourceCatalogue(directory: nil, secrets: [preset: [first, second]])
        }
        let sentences = try #require(error).sentences
        #expect(sentences.count == 2)
        for (number, sentence) in sentences.enumerated() {
            #expect(sentence.hasPrefix("webhooks.\(preset).secrets: number \(number + 1) is shorter than 16 bytes"))
            #expect(!sentence.contains(first + ":") && !sentence.contains(second))
        }
    }

    @Test("only the secret's own bytes count, not the text around it")
    func template() throws {
        let error = #expect(throws: WebhookError.self) {
            try Fixture.source(
                signature: #"{header: X, secret: {template: "client123&{secret}"}}"#,
                secrets: ["secret456"]
            )
        }
        #expect(try #require(error).description.contains("shorter than 16 bytes"))
    }

    @Test(
        "two equal secrets stop the start, in whatever spelling",
        arguments: [
            ("typeform", Fixture.secret, Fixture.secret),
            ("standard", StandardDelivery.secret, "v1," + StandardDelivery.secret),
            ("standard", StandardDelivery.secret, String(StandardDelivery.secret.dropFirst("whsec_".count))),
        ]
    )
    func equal(preset: String, first: String, second: String) throws {
        let error = #expect(throws: WebhookError.self) {
            try SourceCatalogue(directory: nil, secrets: [preset: [first, second]])
        }
        #expect(
            try #require(error).sentences == [
                "webhooks.\(preset).secrets: number 2 is the same as number 1: leave one out"
            ]
        )
    }

    @Test("a source tells how many secrets of which form it has")
    func summary() throws {
        let standard = try Fixture.preset("standard", secrets: [StandardDelivery.publicKey, StandardDelivery.secret])
        #expect(standard.secretSummary == "2 secrets: 1 × public key in base64, 1 × signing key in base64")
        let survicate = try Fixture.preset("survicate")
        #expect(survicate.secretSummary == "1 secret: 1 × signing key in utf8 or token")
    }
}
