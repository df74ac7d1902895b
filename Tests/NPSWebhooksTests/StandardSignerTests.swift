import Foundation
import Testing

@testable import NPSWebhooks

@Suite("Signing by Standard Webhooks")
struct StandardSignerTests {
    private static let now = Date(timeIntervalSince1970: 1_700_000_000.9)

    @Test("a signature is the one that Python's hmac makes, and a source accepts it")
    func signature() throws {
        let secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
        let signer = try #require(StandardSigner(secret: secret))
        let headers = signer.headers(signing: Array(Fixture.body.utf8), id: "msg_1", at: Self.now)
        #expect(headers.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
        #expect(
            headers.map(\.value) == ["msg_1", "1700000000", "v1,f1KvFnSPWq7CA/xNRMz+BuluRR8qSV1epnydySW8d4c="]
        )
    }

    @Test(
        "a secret has 24 to 64 bytes in Base64 after whsec_",
        arguments: [
            ("whsec_" + String(repeating: "A", count: 32), true), ("whsec_" + String(repeating: "A", count: 28), false),
            (String(repeating: "A", count: 32), false), ("whsec_", false), ("whsec_????", false),
            ("whsec_" + String(repeating: "A", count: 88) + "AA==", false), ("", false),
        ]
    )
    func secrets(secret: String, isUsable: Bool) {
        #expect((StandardSigner(secret: secret) != nil) == isUsable)
    }
}
