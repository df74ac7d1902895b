import Foundation
import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Several schemes of one source")
struct SchemeCombinationTests {
    private static let hmac = ("Hmac", "6ce35c1f67b440187490b0f421b3b6b146aeb5cf0695cc584a940cea7ea7e11a")
    private static let token = ("Token", "shared-token-of-tests")
    private static let schemes = "[{kind: token, header: Token}, {header: Hmac}]"
    private static let secrets = ["shared-token-of-tests", Fixture.secret]

    @Test("any_of needs only one scheme")
    func any() throws {
        let source = try Fixture.source(signature: "{any_of: \(Self.schemes)}", secrets: Self.secrets)
        #expect(try source.verify(Fixture.delivery([Self.token])).secretIndex == 0)
        #expect(try source.verify(Fixture.delivery([Self.hmac])).secretIndex == 1)
        #expect(throws: SignatureRejection.missingHeader("Token")) { try source.verify(Fixture.delivery([])) }
    }

    @Test("any_of says what was wrong with the scheme that was tried")
    func telling() throws {
        let source = try Fixture.source(signature: "{any_of: \(Self.schemes)}", secrets: Self.secrets)
        #expect(throws: SignatureRejection.wrongSignature) { try source.verify(Fixture.delivery([("Hmac", "00ff")])) }
    }

    @Test("all_of needs every scheme")
    func all() throws {
        let source = try Fixture.source(signature: "{all_of: \(Self.schemes)}", secrets: Self.secrets)
        #expect(throws: Never.self) { try source.verify(Fixture.delivery([Self.token, Self.hmac])) }
        #expect(throws: SignatureRejection.missingHeader("Hmac")) { try source.verify(Fixture.delivery([Self.token])) }
        #expect(throws: SignatureRejection.missingHeader("Token")) { try source.verify(Fixture.delivery([Self.hmac])) }
        let signed = try source.sign(Array(Fixture.body.utf8), id: "", at: Fixture.now)
        #expect(Set(signed.headers.map(\.name)) == ["Token", "Hmac"])
    }

    @Test("all_of does not accept a token, which is sent in clear, as the key of the signature")
    func tokenIsNoKey() throws {
        let source = try Fixture.source(signature: "{all_of: \(Self.schemes)}", secrets: Self.secrets)
        let signed = try Fixture.source(signature: "{header: Hmac}", secrets: ["shared-token-of-tests"])
            .sign(Array(Fixture.body.utf8), id: "", at: Fixture.now).headers.map { ($0.name, $0.value) }
        #expect(throws: SignatureRejection.wrongSignature) {
            try source.verify(Fixture.delivery([Self.token] + signed))
        }
        let key = ("Token", Fixture.secret)
        #expect(throws: SignatureRejection.wrongSignature) { try source.verify(Fixture.delivery([key, Self.hmac])) }
        #expect(throws: Never.self) { try source.verify(Fixture.delivery([Self.token, Self.hmac])) }
    }

    @Test("all_of accepts what it signs, whatever the order of the secrets", arguments: [false, true])
    func signsForItself(_ isReversed: Bool) throws {
        let secrets = isReversed ? Self.secrets.reversed() : Self.secrets
        let source = try Fixture.source(signature: "{all_of: \(Self.schemes)}", secrets: secrets)
        let headers = try source.sign(Array(Fixture.body.utf8), id: "", at: Fixture.now).headers
        #expect(throws: Never.self) { try source.verify(Fixture.delivery(headers.map { ($0.name, $0.value) })) }
    }

    @Test("a scheme takes only the secrets whose numbers it names, in any_of too")
    func numbered() throws {
        let schemes = "[{kind: token, header: Token, secret: {number: [1, 3]}}, {header: Hmac, secret: {number: 2}}]"
        for combination in ["any_of", "all_of"] {
            let source = try Fixture.source(
                signature: "{\(combination): \(schemes)}",
                secrets: Self.secrets + ["next-token-of-tests"]
            )
            for token in ["shared-token-of-tests", "next-token-of-tests"] {
                let delivery = Fixture.delivery([("Token", token), Self.hmac])
                #expect(throws: Never.self) { try source.verify(delivery) }
            }
            #expect(throws: SignatureRejection.self) {
                try source.verify(Fixture.delivery([("Token", Fixture.secret)]))
            }
            let signed = try Fixture.source(signature: "{header: Hmac}", secrets: ["next-token-of-tests"])
                .sign(Array(Fixture.body.utf8), id: "", at: Fixture.now).headers.map { ($0.name, $0.value) }
            #expect(throws: SignatureRejection.self) { try source.verify(Fixture.delivery(signed)) }
            #expect(throws: SignatureRejection.self) {
                try source.verify(Fixture.delivery([("Token", Fixture.secret)] + signed))
            }
        }
    }

    @Test(
        "secrets that can't be told apart stop the start",
        arguments: [
            (
                ["the first of the secrets"],
                "must have two: with all_of, the token is sent in clear, so it can't be the secret that signs"
            ),
            (
                ["the first of the secrets", "the second of the secrets", "the third of the secrets"],
                "has more than two: say which belongs to which scheme, with secret: {number: ...} in each of signature.all_of"
            ),
        ]
    )
    func sharedSecrets(_ secrets: [String], _ message: String) throws {
        let problem = ConfigurationProblem(place: "webhooks.acme.secrets", message: message)
        #expect(throws: WebhookError.sources([problem])) {
            try Fixture.source(signature: "{all_of: \(Self.schemes)}", secrets: secrets)
        }
        #expect(throws: Never.self) { try Fixture.source(signature: "{any_of: \(Self.schemes)}", secrets: secrets) }
    }

    @Test("a public key, which anybody may know, is not accepted as a secret", arguments: ["any_of", "all_of"])
    func publicKey(_ combination: String) throws {
        let secrets = ["A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=", Fixture.secret]
        func source(_ hmac: String, _ ed25519: String) throws -> WebhookSource {
            try Fixture.source(
                signature: """
                    {\(combination): [{header: Hmac\(hmac)},
                      {kind: ed25519, header: Ed, encoding: base64, secret: {encoding: base64\(ed25519)}}]}
                    """,
                secrets: secrets
            )
        }
        do {
            _ = try source("", "")
            Issue.record("accepted")
        } catch let error as WebhookError {
            #expect(error.sentences.count == 1)
            #expect(error.sentences.first?.contains("number 1 may be a public key") == true)
        }
        #expect(throws: Never.self) { try source(", secret: {number: 2}", ", number: 1") }
    }

    @Test("a number without a secret stops the start, and so does a secret without a scheme")
    func numbersThatDoNotFit() {
        #expect(throws: WebhookError.self) { try Fixture.source(signature: "{header: Hmac, secret: {number: 2}}") }
        #expect(throws: WebhookError.self) {
            try Fixture.source(signature: "{header: Hmac, secret: {number: 2}}", secrets: Self.secrets)
        }
        #expect(throws: WebhookError.self) { try Fixture.source(signature: "{header: Hmac, secret: {number: 0}}") }
    }

    @Test("direction past accepts a fast clock, and still refuses what is stale")
    func pastOnly() throws {
        let source = try Fixture.source(
            signature: """
                {header: Stripe-Signature, list: {separator: ",", pair: "=", accept: [v1]}, content: "{timestamp}.{body}",
                  timestamp: {item: t, direction: past, tolerance: 60}}
                """
        )
        func delivery(_ age: TimeInterval) throws -> WebhookDelivery {
            let headers = try source.sign(Array(Fixture.body.utf8), id: "", at: Fixture.now).headers
            return Fixture.delivery(headers.map { ($0.name, $0.value) }, at: Fixture.now.addingTimeInterval(age))
        }
        #expect(throws: Never.self) { try source.verify(delivery(-86_400)) }
        #expect(throws: Never.self) { try source.verify(delivery(60)) }
        #expect(throws: SignatureRejection.stale) { try source.verify(delivery(61)) }
    }

    @Test(
        "a time among the items must be there exactly once",
        arguments: [
            "v1=afddc1d213bbb1fa2b733f156a398b5086b490ab09bc25aadcff5a1aad5e3551",
            "t=1700000000,t=1700000000,v1=afddc1d213bbb1fa2b733f156a398b5086b490ab09bc25aadcff5a1aad5e3551",
        ]
    )
    func itemTimestamp(header: String) throws {
        let source = try Fixture.source(
            signature: """
                {header: Stripe-Signature, list: {pair: "=", accept: [v1]}, content: "{timestamp}.{body}",
                  timestamp: {item: t}}
                """
        )
        #expect(throws: SignatureRejection.missingTimestamp("Stripe-Signature")) {
            try source.verify(Fixture.delivery([("Stripe-Signature", header)]))
        }
    }

    @Test(
        "a token must be whole and exact",
        arguments: [
            "", "shared-token-of-test", "shared-token-of-tests2", "Shared-token-of-tests", " shared-token-of-tests",
            "Bearer shared-token-of-tests",
        ]
    )
    func tokens(value: String) throws {
        let source = try Fixture.source(signature: "{kind: token, header: Token}", secrets: ["shared-token-of-tests"])
        #expect(throws: SignatureRejection.self) { try source.verify(Fixture.delivery([("Token", value)])) }
    }

    @Test("kind none accepts everything, under a name that nobody can guess")
    func none() throws {
        let name = "jotform-k3j5h2g8d7s6a9q1w4e5"
        let folder = try SourceFolder([name: "signature: {kind: none}\nmapping: .\n"])
        let source = try #require(try SourceCatalogue(directory: folder.path, secrets: [:]).source(named: name))
        #expect(try source.verify(Fixture.delivery([])) == VerifiedSignature(deliveryID: nil, secretIndex: nil))
    }
}
