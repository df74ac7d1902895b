import Foundation
import Testing

@testable import NPSWebhooks

@Suite("Signatures outside of headers")
struct SignaturePlaceTests {
    private static let message = #"{"Status":"Complete","ResponseID":"R_1"}"#
    private static let code =
        "aacf7d91041ca773c2e2b7425f17032978ae8925829cd398d68d330f0e7700616ccf9de91b1530ff7c3a2e65cb9e892f01fc29b1292c21d456ec2673726a2aba"
    private static let form =
        "MSG=%7B%22Status%22%3A%22Complete%22%2C%22ResponseID%22%3A%22R_1%22%7D&HMAC=\(code)&Topic=t"

    private func qualtrics() throws -> WebhookSource {
        try Fixture.source(signature: #"{kind: hmac, hash: sha512, form_field: HMAC, content: "{form:MSG}"}"#)
    }

    @Test("a form field is signed and another one holds the signature")
    func formField() throws {
        let source = try qualtrics()
        #expect(try source.verify(Fixture.delivery([Fixture.formType], body: Self.form)).secretIndex == 0)
        let parts = try source.sign(
            Array("MSG=%7B%22Status%22%3A%22Complete%22%2C%22ResponseID%22%3A%22R_1%22%7D".utf8),
            id: "",
            at: Fixture.now
        )
        #expect(parts.headers.isEmpty)
        #expect(parts.formFields.map(\.value) == [Self.code])
        #expect(throws: WebhookError.cannotSign("acme")) { try source.sign(Array("A=1".utf8), id: "", at: Fixture.now) }
    }

    @Test(
        "a form whose signature or signed field is missing, doubled or altered is refused",
        arguments: [
            ("", .missing(.formField("HMAC"))), ("HMAC=\(code)", .missing(.formField("MSG"))),
            (form + "&HMAC=\(code)", .missing(.formField("HMAC"))), (form + "&MSG=x", .missing(.formField("MSG"))),
            (form + "&M%53G=x", .missing(.formField("MSG"))),
            (form.replacing("R_1", with: "R_2"), .wrongSignature),
            (form.replacing("aacf", with: "aacg"), .unreadableSignature(.formField("HMAC"))),
            (form.replacing("aacf", with: "bacf"), .wrongSignature),
            ("{\"HMAC\":\"\(code)\"}", .missing(.formField("HMAC"))),
        ] as [(String, SignatureRejection)]
    )
    func refusedForms(body: String, rejection: SignatureRejection) throws {
        #expect(throws: rejection) { try qualtrics().verify(Fixture.delivery([Fixture.formType], body: body)) }
    }

    @Test("a signature in a form, and a digest, are accepted only in the kind of body that the mapping will see")
    func kinds() throws {
        for type in ["application/json", "multipart/form-data; boundary=x", "text/html"] {
            let delivery = Fixture.delivery([("content-type", type)], body: Self.form)
            #expect(throws: SignatureRejection.otherKind(.form)) { try qualtrics().verify(delivery) }
        }
        let digest = try Fixture.source(signature: #"{kind: digest, header: X-S, content: "{secret}{body}"}"#)
        for type in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/html"] {
            let delivery = Fixture.delivery([("content-type", type), ("X-S", "00")])
            #expect(throws: SignatureRejection.otherKind(.json)) { try digest.verify(delivery) }
        }
        for (signature, kind) in [
            ("{form_field: H, content: \"{form:M}\"}", "form"),
            ("{kind: digest, header: X, content: \"{secret}{body}\"}", "json"),
        ] {
            let folder = try SourceFolder(["acme": "signature: \(signature)\nmapping: .\nbodies: [json, form]\n"])
            #expect(folder.problems(["acme": [Fixture.secret]]).first?.contains("bodies must be \(kind) alone") == true)
        }
    }

    @Test("a token in the address is compared as it is once decoded")
    func query() throws {
        let source = try Fixture.source(signature: "{kind: token, query: token}", secrets: ["s3cret/+ä-of-the-shop"])
        func verify(_ query: String) throws -> Int? {
            try source.verify(Fixture.delivery([], url: "https://nps.example.com/webhooks/acme\(query)")).secretIndex
        }
        #expect(try verify("?token=s3cret%2F%2B%C3%A4-of-the-shop") == 0)
        #expect(try verify("?a=1&token=s3cret/%2b%C3%A4-of-the-shop") == 0)
        #expect(throws: SignatureRejection.wrongSignature) { try verify("?token=s3cret") }
        for query in ["", "?", "?token=", "?token", "?Token=s3cret", "?token=a&token=b", "?token=%"] {
            #expect(throws: SignatureRejection.missing(.query("token"))) { try verify(query) }
        }
        #expect(try source.sign([], id: "", at: Fixture.now).query.map(\.value) == ["s3cret/+ä-of-the-shop"])
    }

    @Test("a time in the body is checked once the signature matched")
    func bodyTime() throws {
        let source = try Fixture.source(
            signature: "{header: X-Signature, content: \"{body}\", timestamp: {body: meta.sent_at, clock: iso8601}}"
        )
        func verify(_ body: String, age: TimeInterval = 0, break broken: Bool = false) throws {
            let headers = try source.sign(Array(body.utf8), id: "", at: Fixture.now).headers
            let date = Fixture.now.addingTimeInterval(age)
            _ = try source.verify(
                Fixture.delivery(headers.map { ($0.name, $0.value) }, body: broken ? body + " " : body, at: date)
            )
        }
        let body = #"{"meta":{"sent_at":"2023-11-14T22:13:20.000Z"}}"#
        #expect(throws: Never.self) { try verify(body, age: 300) }
        #expect(throws: SignatureRejection.stale) { try verify(body, age: 301) }
        #expect(throws: SignatureRejection.future) { try verify(body, age: -301) }
        #expect(throws: SignatureRejection.wrongSignature) { try verify(body, age: 301, break: true) }
        for other in ["{}", "[]", "", #"{"meta":{"sent_at":true}}"#, #"{"meta":"2023-11-14T22:13:20.000Z"}"#] {
            #expect(throws: SignatureRejection.noTimestampInBody("meta.sent_at")) { try verify(other) }
        }
    }

    @Test("HubSpot v3 decodes only some escapes of the address")
    func decodedURL() throws {
        let source = try Fixture.source(
            signature: #"{header: X-S, encoding: base64, content: "{method}{url}{body}", url_decode: ":/?@!$'()*,;"}"#
        )
        let plain = try Fixture.source(
            signature: #"{header: X-S, encoding: base64, content: "{method}{url}{body}"}"#
        )
        let sent = "https://nps.example.com/h?a=%3Ax%2fy%20%26%40"
        let headers = try plain.sign(
            Array(Fixture.body.utf8),
            id: "",
            at: Fixture.now,
            url: "https://nps.example.com/h?a=:x/y%20%26@"
        ).headers
        let delivery = Fixture.delivery(headers.map { ($0.name, $0.value) }, url: sent)
        #expect(throws: Never.self) { try source.verify(delivery) }
        #expect(throws: SignatureRejection.wrongSignature) { try plain.verify(delivery) }
        let broken = Fixture.delivery(headers.map { ($0.name, $0.value) }, url: "https://nps.example.com/h?a=%3")
        #expect(throws: SignatureRejection.wrongSignature) { try source.verify(broken) }
    }

    @Test(
        "a description that makes no sense is refused",
        arguments: [
            ("{query: token}", "signature.query is for tokens only"), ("{kind: token}", "signature.header is missing"),
            ("{kind: token, query: \"\"}", "must name the field"), ("{header: A, form_field: B}", "only one of header"),
            ("{header: A, timestamp: {body: a..b}}", "signature.timestamp.body must be a path"),
            ("{header: A, content: \"{timestamp}{body}\", timestamp: {body: a}}", "read after the signature"),
            ("{header: A, content: \"{form:}\"}", "signature.content must contain {body} or {form:NAME}"),
            ("{kind: token, header: A, timestamp: {body: a}}", "proves nothing"),
            ("{form_field: H, content: \"{form:M}\", timestamp: {body: a}}", "proves nothing"),
        ]
    )
    func senseless(signature: String, problem: String) throws {
        let folder = try SourceFolder(["acme": "signature: \(signature)\nmapping: .\n"])
        #expect(folder.problems(["acme": [Fixture.secret]]).contains { $0.contains(problem) })
    }
}
