import Foundation
import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Bodies in other charsets than UTF-8")
struct PayloadCharsetTests {
    private static let text = #"{"email":"a@example.com","score":5,"comment":"Größe „50“, Zoë — €"}"#
    private static let score = #"{"email":"a@example.com","score":5,"comment":"Größe, Zoë"}"#

    private static func utf16(_ text: String, isBigEndian: Bool, isMarked: Bool = false) -> [UInt8] {
        ((isMarked ? [0xfeff] : []) + Array(text.utf16)).flatMap { unit in
            let bytes = [UInt8(unit >> 8), UInt8(unit & 0xff)]
            return isBigEndian ? bytes : bytes.reversed()
        }
    }

    private func comment(_ body: [UInt8], _ type: String?) async throws -> String? {
        let source = try Fixture.preset("standard", secrets: [StandardDelivery.secret])
        let results = try await source.map(body, contentType: type, receivedAt: Fixture.now)
        try #require(results.count == 1)
        return try results[0].get().response.comment
    }

    @Test(
        "a body is read in the charset that its content type states",
        arguments: ["iso-8859-1", "ISO-8859-1", "\"latin1\"", "windows-1252", "cp1252"]
    )
    func singleByte(charset: String) async throws {
        let body = Array(try #require(Self.text.data(using: .windowsCP1252)))
        #expect(try await comment(body, "application/json; charset=\(charset)") == "Größe „50“, Zoë — €")
        #expect(PayloadCharset.text([0x41, 0x81, 0xe9], in: .windows1252) == "A\u{81}é")
    }

    @Test(
        "UTF-16 is read with a byte order mark or without, in either order, by a mapping too",
        arguments: [true, false]
    )
    func utf16(isBigEndian: Bool) async throws {
        let name = isBigEndian ? "utf-16be" : "UTF-16LE"
        for (body, charset) in [
            (Self.utf16(Self.text, isBigEndian: isBigEndian, isMarked: true), "utf-16"),
            (Self.utf16(Self.text, isBigEndian: isBigEndian), "utf-16"),
            (Self.utf16(Self.text, isBigEndian: isBigEndian), name),
            (Self.utf16(Self.text, isBigEndian: isBigEndian, isMarked: true), name),
        ] {
            #expect(try await comment(body, "application/json; charset=\(charset)") == "Größe „50“, Zoë — €")
        }
        let tally = try Fixture.preset("tally")
        let form = Payload.tally(#"[{"type":"LINEAR_SCALE","label":"ö","value":9}]"#)
        let results = try await tally.map(
            Self.utf16(form, isBigEndian: isBigEndian),
            contentType: "application/json; charset=utf-16",
            receivedAt: Fixture.now
        )
        guard case .failure(let invalid)? = results.first else {
            Issue.record("there is no address in it")
            return
        }
        #expect(invalid.problems.map(\.field) == ["email"])
    }

    @Test(
        "text in UTF-8 is never read otherwise, since no signature covers what the content type states",
        arguments: ["iso-8859-1", "windows-1252", "utf-16", "utf-16be", "utf-8", "koi8-r", "", "\""]
    )
    func utf8(charset: String) async throws {
        let body = Array(Self.text.utf8)
        #expect(try await comment(body, "application/json; charset=\(charset)") == "Größe „50“, Zoë — €")
    }

    @Test(
        "what is in no charset that is stated is kept, with the field body",
        arguments: [
            nil, "application/json", "application/json; charset=utf-8", "application/json; charset=koi8-r",
            "application/json; charset=iso-8859-15",
        ]
    )
    func unstated(type: String?) async throws {
        let source = try Fixture.preset("standard", secrets: [StandardDelivery.secret])
        for body in [
            Array(try #require(Self.score.data(using: .isoLatin1))),
            Self.utf16(Self.score, isBigEndian: true, isMarked: true),
        ] {
            let results = try await source.map(body, contentType: type, receivedAt: Fixture.now)
            guard case .failure(let invalid)? = results.first else {
                Issue.record("accepted")
                continue
            }
            #expect(
                invalid.problems.map(\.description) == [
                    "body must be JSON, in UTF-8, or in ISO-8859-1, Windows-1252 or UTF-16 if its content type says so"
                ]
            )
        }
    }

    @Test("forms are read in the charset of the whole, and a part of one in its own")
    func forms() throws {
        let form = try #require(PayloadFormat(contentType: "application/x-www-form-urlencoded"))
        let text = try form.json(of: Array("a=Zo%EB&%E9=1".utf8), in: .windows1252)
        #expect(String(decoding: text, as: UTF8.self) == #"{"a":"Zoë","é":"1"}"#)
        func parts(_ type: String) -> [UInt8] {
            Array("--x\r\nContent-Disposition: form-data; name=a\r\nContent-Type: \(type)\r\n\r\nZo".utf8) + [0xeb]
                + Array("\r\n--x--".utf8)
        }
        let plain = parts("text/plain")
        #expect(throws: PayloadProblem.notForm) { try MultipartFields.read(plain, boundary: "x") }
        #expect(try MultipartFields.read(plain, boundary: "x", in: .windows1252).map(\.value) == ["Zoë"])
        let own = parts("text/plain; charset=iso-8859-1")
        #expect(try MultipartFields.read(own, boundary: "x").map(\.value) == ["Zoë"])
    }

    @Test("a charset that is stated as the coding counts where the content type states none")
    func coding() {
        func type(_ type: String?, _ coding: String?) -> String? { PayloadCharset.contentType(type, coding: coding) }
        #expect(type("application/json", "ISO-8859-1") == "application/json; charset=ISO-8859-1")
        #expect(type(nil, "windows-1252") == "application/json; charset=windows-1252")
        #expect(type("text/plain; charset=utf-8", "windows-1252") == "text/plain; charset=utf-8")
        #expect(type("application/json", "utf-8") == "application/json")
        #expect(type("application/json", nil) == "application/json" && type(nil, nil) == nil)
    }

    @Test("the time of signing in a body is found in its charset as well")
    func bodyTimestamp() throws {
        let signature = "{header: Hmac, timestamp: {body: sent_at, clock: iso8601, tolerance: 300}}"
        let source = try Fixture.source(signature: signature)
        let text = #"{"sent_at":"\#(Timestamp.format(Fixture.now))","who":"Zoë"}"#
        let body = Array(try #require(text.data(using: .isoLatin1)))
        let headers = try source.sign(body, id: "", at: Fixture.now).headers
        for (type, isRight) in [("application/json; charset=iso-8859-1", true), ("application/json", false)] {
            let delivery = Fixture.delivery(headers + [("content-type", type)]).replacing(body: body)
            #expect(((try? source.verify(delivery)) != nil) == isRight)
        }
    }

    @Test("only what is signed is kept when it can't be parsed", arguments: ["", "{", "score=9"])
    func unsigned(body: String) async throws {
        let name = "plain-k3v9q2x7m4t8z1b6"
        let folder = try SourceFolder([name: "signature: {kind: none}\nmapping: .\n"])
        let source = try #require(try SourceCatalogue(directory: folder.path, secrets: [:]).source(named: name))
        await #expect(throws: PayloadProblem.notJSON) {
            try await source.map(Array(body.utf8), contentType: nil, receivedAt: Fixture.now)
        }
    }
}
