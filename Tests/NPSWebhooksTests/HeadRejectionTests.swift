import Testing

@testable import NPSWebhooks

@Suite("What a delivery's head alone refuses")
struct HeadRejectionTests {
    private func rejection(_ signature: String, _ headers: [(String, String)]) throws -> SignatureRejection? {
        let source = try Fixture.source(signature: signature, secrets: ["shared-token-of-the-tests", Fixture.secret])
        return source.rejection(ofHead: Fixture.delivery(headers, body: ""))
    }

    private static let both = "[{kind: token, header: Token}, {header: Hmac}]"

    @Test("a missing header and a wrong token refuse it; a signature says nothing without the body")
    func headers() throws {
        #expect(try rejection("{header: Hmac}", []) == .missingHeader("Hmac"))
        #expect(try rejection("{header: Hmac}", [("Hmac", "zz")]) == .unreadableSignature(.header(["Hmac"])))
        #expect(try rejection("{header: Hmac}", [("Hmac", "00ff")]) == nil)
        #expect(try rejection("{kind: token, header: Token}", [("Token", "guess")]) == .wrongSignature)
        #expect(try rejection("{kind: token, header: Token}", [("Token", "shared-token-of-the-tests")]) == nil)
    }

    @Test("any_of is refused when each scheme refuses, all_of when one does")
    func combinations() throws {
        let (token, hmac) = (("Token", "shared-token-of-the-tests"), ("Hmac", "00ff"))
        #expect(try rejection("{any_of: \(Self.both)}", []) == .missingHeader("Token"))
        #expect(try rejection("{any_of: \(Self.both)}", [hmac]) == nil)
        #expect(try rejection("{any_of: \(Self.both)}", [token]) == nil)
        #expect(try rejection("{all_of: \(Self.both)}", [token]) == .missingHeader("Hmac"))
        #expect(try rejection("{all_of: \(Self.both)}", [token, hmac]) == nil)
        // Not that the signature is wrong, which nobody knows without the body.
        #expect(
            try rejection("{all_of: [{header: Hmac}, {kind: token, header: Token}]}", [hmac]) == .missingHeader("Token")
        )
    }

    @Test("a signature in the body has to be read")
    func formField() throws {
        #expect(try rejection("{kind: token, form_field: token}", []) == nil)
    }
}
