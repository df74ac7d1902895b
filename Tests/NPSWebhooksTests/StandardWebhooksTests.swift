import Foundation
import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Standard Webhooks")
struct StandardWebhooksTests {
    @Test(
        "the published vector is accepted, whatever the secret's spelling",
        arguments: [
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ],
        ["webhook", "svix"]
    )
    func published(secret: String, brand: String) throws {
        let source = try Fixture.preset("standard", secrets: [secret])
        let verification = try source.verify(StandardDelivery(brand: brand).delivery)
        #expect(
            verification
                == VerifiedSignature(
                    deliveryID: StandardDelivery.id,
                    signedDeliveryID: StandardDelivery.id,
                    secretIndex: 0
                )
        )
    }

    @Test("the published Ed25519 vector is accepted with the public key")
    func asymmetric() throws {
        let source = try Fixture.preset("standard", secrets: [StandardDelivery.publicKey])
        let delivery = StandardDelivery(signature: StandardDelivery.asymmetricSignature)
        #expect(try source.verify(delivery.delivery).secretIndex == 0)
        let altered = StandardDelivery(
            signature: StandardDelivery.asymmetricSignature,
            body: #"{"test": 2432232315}"#
        )
        #expect(throws: SignatureRejection.wrongSignature) { try source.verify(altered.delivery) }
    }

    @Test("one list may hold both kinds, and the index tells which secret matched")
    func mixedList() throws {
        let source = try Fixture.preset("standard", secrets: [StandardDelivery.publicKey, StandardDelivery.secret])
        let both = StandardDelivery.asymmetricSignature + " " + StandardDelivery.signature
        #expect(try source.verify(StandardDelivery(signature: both).delivery).secretIndex == 1)
        let asymmetric = "v1,AAAA " + StandardDelivery.asymmetricSignature
        #expect(try source.verify(StandardDelivery(signature: asymmetric).delivery).secretIndex == 0)
    }

    @Test(
        "values computed with Python's hmac are accepted",
        arguments: [
            (
                "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", "msg_1", "1700000000", Fixture.body,
                "v1,f1KvFnSPWq7CA/xNRMz+BuluRR8qSV1epnydySW8d4c="
            ),
            (
                "whsec_bnBzLWNvbGxlY3RvciBmaXh0dXJlIGtleSAyMDI2IQ", "msg_fixture", "1770112805",
                #"{"email":"zoë@bücher.example","score":0,"comment":"naïve – 日本"}"#,
                "v1,xZ9JWGObT+HIZXaHz3/ly1lGjhzS2N6886gzYROLiuA="
            ),
        ]
    )
    func computed(secret: String, id: String, timestamp: String, body: String, signature: String) throws {
        let delivery = Fixture.delivery(
            [("Webhook-Id", id), ("Webhook-Timestamp", timestamp), ("Webhook-Signature", signature)],
            body: body,
            at: Date(timeIntervalSince1970: try #require(Double(timestamp)))
        )
        #expect(try Fixture.preset("standard", secrets: [secret]).verify(delivery).deliveryID == id)
    }

    static let rejections: [(StandardDelivery, SignatureRejection)] = [
        (StandardDelivery(id: nil), .missingHeader("webhook-id")),
        (StandardDelivery(id: ""), .missingHeader("webhook-id")),
        (StandardDelivery(timestamp: nil), .missingHeader("webhook-timestamp")),
        (StandardDelivery(signature: nil), .missingHeader("webhook-signature")),
        (StandardDelivery(signature: ""), .missingHeader("webhook-signature")),
        (StandardDelivery(timestamp: "hello"), .unreadableTimestamp("webhook-timestamp")),
        (StandardDelivery(timestamp: " 1614265330"), .unreadableTimestamp("webhook-timestamp")),
        (StandardDelivery(timestamp: "+1614265330"), .unreadableTimestamp("webhook-timestamp")),
        (StandardDelivery(timestamp: "-1614265330"), .unreadableTimestamp("webhook-timestamp")),
        (StandardDelivery(timestamp: "1614265330.0"), .unreadableTimestamp("webhook-timestamp")),
        (StandardDelivery(timestamp: "١٦١٤٢٦٥٣٣٠"), .unreadableTimestamp("webhook-timestamp")),
        (StandardDelivery(timestamp: "99999999999999999999"), .unreadableTimestamp("webhook-timestamp")),
        (StandardDelivery(timestamp: "999999999999999"), .future),
        (StandardDelivery(timestamp: "0"), .stale),
        (StandardDelivery(age: 301), .stale),
        (StandardDelivery(age: -301), .future),
        (StandardDelivery(timestamp: "1614265331"), .wrongSignature),
        (StandardDelivery(id: "msg_other"), .wrongSignature),
        (StandardDelivery(body: #"{"test": 2432232315}"#), .wrongSignature),
        (StandardDelivery(body: ""), .wrongSignature),
        (StandardDelivery(signature: "v1,"), .unreadableSignature(.header(["webhook-signature"]))),
        (StandardDelivery(signature: "v1,dawfeoifkpqwoekfpqoekf"), .wrongSignature),
        (StandardDelivery(signature: "v1,dawfeoifkpqwoekfpqoek"), .unreadableSignature(.header(["webhook-signature"]))),
        (
            StandardDelivery(signature: String(StandardDelivery.signature.prefix(8))),
            .unreadableSignature(.header(["webhook-signature"]))
        ),
        (StandardDelivery(signature: String(StandardDelivery.signature.dropLast(8))), .wrongSignature),
        (
            StandardDelivery(signature: StandardDelivery.signature + "AAAA"),
            .unreadableSignature(.header(["webhook-signature"]))
        ),
        (
            StandardDelivery(signature: String(StandardDelivery.signature.dropFirst(3))),
            .unreadableSignature(.header(["webhook-signature"]))
        ),
        (
            StandardDelivery(signature: "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
            .unreadableSignature(.header(["webhook-signature"]))
        ),
        (
            StandardDelivery(signature: "V1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
            .unreadableSignature(.header(["webhook-signature"]))
        ),
        (
            StandardDelivery(signature: "v1=g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
            .unreadableSignature(.header(["webhook-signature"]))
        ),
        (
            StandardDelivery(signature: StandardDelivery.signature.uppercased()),
            .unreadableSignature(.header(["webhook-signature"]))
        ),
        (
            StandardDelivery(signature: StandardDelivery.asymmetricSignature),
            .unreadableSignature(.header(["webhook-signature"]))
        ),
        (
            StandardDelivery(surplus: [("Webhook-Signature", StandardDelivery.signature)]),
            .repeatedHeader("webhook-signature")
        ),
        (StandardDelivery(surplus: [("WEBHOOK-TIMESTAMP", "1614265330")]), .repeatedHeader("webhook-timestamp")),
        (StandardDelivery(surplus: [("webhook-id", StandardDelivery.id)]), .repeatedHeader("webhook-id")),
    ]

    @Test("everything else is refused, and told apart", arguments: rejections.indices)
    func rejected(_ index: Int) throws {
        let (delivery, rejection) = Self.rejections[index]
        let source = try Fixture.preset("standard", secrets: [StandardDelivery.secret])
        #expect(throws: rejection) { try source.verify(delivery.delivery) }
    }

    @Test("a clock may be off by five minutes in both directions", arguments: [-300, -299, 0, 299, 300])
    func tolerance(age: TimeInterval) throws {
        let source = try Fixture.preset("standard", secrets: [StandardDelivery.secret])
        #expect(throws: Never.self) { try source.verify(StandardDelivery(age: age).delivery) }
    }

    @Test("unknown versions are skipped, and any signature of a known one may match")
    func list() throws {
        let source = try Fixture.preset("standard", secrets: [StandardDelivery.secret])
        let list = "v2,AAAA  nonsense v1,AAAA v1a,AAAA " + StandardDelivery.signature + " v1,BBBB"
        #expect(throws: Never.self) { try source.verify(StandardDelivery(signature: list).delivery) }
    }

    @Test("a list longer than any rotation needs is not read to its end")
    func longList() throws {
        let source = try Fixture.preset("standard", secrets: [StandardDelivery.secret])
        let list = String(repeating: "v1,AAAA ", count: 10_000) + StandardDelivery.signature
        #expect(throws: SignatureRejection.wrongSignature) {
            try source.verify(StandardDelivery(signature: list).delivery)
        }
    }

    @Test("while a secret is being rotated, the old and the new one are accepted")
    func rotation() throws {
        let old = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
        let signer = try Fixture.preset("standard", secrets: [old])
        let body = Array(Fixture.body.utf8)
        let headers = try signer.sign(body, id: "msg_1", at: Fixture.now).headers
        let delivery = Fixture.delivery(headers.map { ($0.name, $0.value) })
        let receiver = try Fixture.preset("standard", secrets: [StandardDelivery.secret, old])
        #expect(
            try receiver.verify(delivery)
                == VerifiedSignature(deliveryID: "msg_1", signedDeliveryID: "msg_1", secretIndex: 1)
        )
        let later = try Fixture.preset("standard", secrets: [StandardDelivery.secret])
        #expect(throws: SignatureRejection.wrongSignature) { try later.verify(delivery) }
    }

    @Test("a public key is never taken for a secret: anybody could sign with it")
    func confusion() throws {
        let forger = try Fixture.preset(
            "standard",
            secrets: [String(StandardDelivery.publicKey.dropFirst("whpk_".count))]
        )
        let headers = try forger.sign(Array(Fixture.body.utf8), id: "msg_1", at: Fixture.now).headers
        let source = try Fixture.preset("standard", secrets: [StandardDelivery.publicKey])
        #expect(throws: SignatureRejection.unreadableSignature(.header(["webhook-signature"]))) {
            try source.verify(Fixture.delivery(headers.map { ($0.name, $0.value) }))
        }
    }

    @Test(
        "secrets in another form refuse to start, without being shown",
        arguments: [
            "", "whsec_", "whsec_!", "whsec_A", "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=", "whpk_AAAA",
        ]
    )
    func unusable(secret: String) throws {
        let error = #expect(throws: WebhookError.self) {
            try SourceCatalogue(directory: nil, secrets: ["standard": [StandardDelivery.secret, secret]])
        }
        let text = try #require(error).description
        #expect(text.hasPrefix("webhooks.standard.secrets: number 2 is "))
        #expect(secret.isEmpty || !text.contains(secret))
    }

    @Test(
        "a secret is read with or without its padding",
        arguments: [
            "whsec_integrationintegration", "whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQ", "whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQ=",
        ]
    )
    func unpadded(secret: String) throws {
        #expect(throws: Never.self) { try Fixture.preset("standard", secrets: [secret]) }
    }

    @Test("rejections name headers and never their values")
    func sentences() throws {
        let source = try Fixture.preset("standard", secrets: [StandardDelivery.secret])
        for (delivery, _) in Self.rejections {
            let error = #expect(throws: SignatureRejection.self) { try source.verify(delivery.delivery) }
            let text = try #require(error).description
            #expect(text.hasSuffix(".") && !text.contains("1614265330") && !text.contains("g0hM9SsE"))
        }
    }
}
