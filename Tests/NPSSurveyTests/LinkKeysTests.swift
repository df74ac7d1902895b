import Foundation
import NPSModel
import NPSPages
import Testing

@testable import NPSSurvey

@Suite("Link tokens")
struct LinkKeysTests {
    static let first = "new:" + Base64URL.encode((0..<32).map { UInt8($0) })
    static let second = "old:" + Base64URL.encode((0..<32).map { UInt8(255 - $0) })
    static let now = Date(timeIntervalSince1970: 1_800_000_000)

    static func claims(expiresIn seconds: Double = 3_600) throws -> LinkClaims {
        try LinkClaims(
            id: "c-17",
            email: EmailAddress("ana@example.com"),
            expiresAt: now.addingTimeInterval(seconds),
            issuedAt: now,
            survey: "2026-q4",
            campaignID: "65d4a5a2f0e1c8b7a6958473",
            companyID: "extid-acme",
            language: Language("de")
        )
    }

    @Test("a minted link says what was put into it, and shows none of it")
    func roundTrip() throws {
        let keys = try LinkKeys([Self.first])
        let token = try keys.mint(Self.claims())
        #expect(try keys.open(token, at: Self.now) == Self.claims())
        #expect(token.utf8.count < 400)
        for segment in token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            let text = String(decoding: try #require(Base64URL.decode(segment)), as: UTF8.self)
            #expect(!text.contains("ana") && !text.contains("acme"))
        }
    }

    @Test("what is known of a person travels in a link; what can't be a custom property is left out")
    func custom() throws {
        let keys = try LinkKeys([Self.first])
        let properties: [String: JSONValue] = ["plan": .string("gold"), "seats": .integer(12), "paid": .bool(true)]
        let claims = try LinkClaims(
            id: "c",
            email: EmailAddress("ana@example.com"),
            expiresAt: Self.now.addingTimeInterval(60),
            custom: properties
        )
        #expect(try keys.open(keys.mint(claims), at: Self.now).custom == properties)
        for wrong in [["a.b": .integer(1)], ["plan": .array([])], ["suspect": .bool(false)]] as [[String: JSONValue]] {
            #expect(throws: LinkError.self) {
                try LinkClaims(id: "c", email: claims.email, expiresAt: claims.expiresAt, custom: wrong)
            }
            let json: JSONValue = .object([
                "jti": .string("c"), "email": .string("ana@example.com"), "exp": .integer(1_900_000_000),
                "custom": .object(wrong.merging(["kept": .integer(1)]) { first, _ in first }),
            ])
            #expect(LinkClaims(json: json)?.custom == ["kept": .integer(1)])
        }
        #expect(LinkClaims(json: .object(["jti": .string("c")])) == nil)
        let values = FormValues(score: "9")
        let response = try values.check(answering: claims, receivedAt: Self.now).response
        #expect(response.custom == properties)
    }

    @Test("an answer before the question was sent has no time of the question")
    func early() throws {
        let claims = try Self.claims()
        let values = FormValues(score: "9")
        #expect(try values.check(answering: claims, receivedAt: Self.now).response.sentAt == Self.now)
        #expect(try values.check(answering: claims, receivedAt: Self.now - 1).response.sentAt == nil)
    }

    @Test("the first key mints and every key of the ring opens")
    func rotation() throws {
        let before = try LinkKeys([Self.second]).mint(Self.claims())
        let ring = try LinkKeys([Self.first, Self.second])
        #expect(try ring.open(before, at: Self.now).id == "c-17")
        let after = try ring.mint(Self.claims())
        #expect(throws: LinkError.unknown) { try LinkKeys([Self.second]).open(after, at: Self.now) }
        #expect(throws: LinkError.unknown) { try LinkKeys([]).open(after, at: Self.now) }
    }

    @Test("a genuine link that is over is expired in its language, from its very second on")
    func expiry() throws {
        let keys = try LinkKeys([Self.first])
        let token = try keys.mint(Self.claims(expiresIn: 10))
        #expect(try keys.open(token, at: Self.now.addingTimeInterval(9.9)).id == "c-17")
        #expect(throws: LinkError.expired(language: Language("de"))) {
            try keys.open(token, at: Self.now.addingTimeInterval(10))
        }
    }

    @Test("an altered link is unknown even when it has expired")
    func expiredAndAltered() throws {
        let keys = try LinkKeys([Self.first])
        let token = try keys.mint(Self.claims(expiresIn: -10))
        for mutation in TokenMutations.all(of: token, otherKeys: try LinkKeys([Self.second])) {
            #expect(throws: LinkError.unknown, "\(mutation.name)") { try keys.open(mutation.token, at: Self.now) }
        }
    }

    @Test("more than five hundred mutations are all unknown, with one answer")
    func mutations() throws {
        let keys = try LinkKeys([Self.first, Self.second])
        let token = try keys.mint(Self.claims())
        let foreign = try LinkKeys(["new:" + Base64URL.encode(Array(repeating: UInt8(7), count: 32))])
        let mutations = TokenMutations.all(of: token, otherKeys: foreign)
        #expect(mutations.count > 500)
        for mutation in mutations {
            #expect(throws: LinkError.unknown, "\(mutation.name)") { try keys.open(mutation.token, at: Self.now) }
        }
        #expect(try keys.open(token, at: Self.now).id == "c-17")
    }

    @Test(
        "claims of a wrong type or size open nothing, sealed as they are",
        arguments: [
            #"{"jti":1,"email":"a@example.com","exp":1900000000}"#,
            #"{"jti":"","email":"a@example.com","exp":1900000000}"#,
            #"{"jti":"a","email":"a@example.com","exp":"1900000000"}"#,
            #"{"jti":"a","email":"a@example.com"}"#,
            #"{"jti":"a","email":"nobody","exp":1900000000}"#,
            #"{"jti":"a","email":["a@example.com"],"exp":1900000000}"#,
            #"{"jti":"a","email":"a@example.com","exp":1e300}"#,
            #"{"jti":"a","email":"a@example.com","exp":-1}"#,
            #"{"jti":"a","email":"a@example.com","exp":9223372036854775807}"#,
            #"{"jti":"a","email":"a@example.com","exp":1900000000,"iat":"now"}"#,
            #"{"jti":"a","email":"a@example.com","exp":1900000000,"survey":7}"#,
            #"{"jti":"a","email":"a@example.com","exp":1900000000,"campaignId":{}}"#,
            #"{"jti":"a","email":"a@example.com","exp":1900000000,"companyId":"a\nb"}"#,
            #"{"jti":"a","email":"a@example.com","exp":1900000000,"lang":7}"#,
            #"["jti","email","exp"]"#, "null", "", "{",
        ]
    )
    func wrongClaims(json: String) throws {
        let keys = try LinkKeys([Self.first])
        let token = try #require(TokenMutations.sealed(json, entry: Self.first))
        #expect(throws: LinkError.unknown) { try keys.open(token, at: Self.now) }
    }

    @Test("a language that is none is left out, and the link works", arguments: ["../en", "de_DE", ""])
    func strangeLanguage(tag: String) throws {
        let keys = try LinkKeys([Self.first])
        let json = #"{"jti":"a","email":"a@example.com","exp":1900000000,"lang":"\#(tag)"}"#
        let token = try #require(TokenMutations.sealed(json, entry: Self.first))
        #expect(try keys.open(token, at: Self.now).language == nil)
    }

    @Test(
        "any other header opens nothing, sealed as it is",
        arguments: [
            #"{"alg":"dir","enc":"A256GCM","kid":"new","zip":"DEF"}"#,
            #"{"alg":"dir","enc":"A256GCM","kid":"new","crit":["exp"]}"#,
            #"{"alg":"dir","enc":"A256GCM","kid":"new","cty":"JWT"}"#,
            #"{"alg":"dir","enc":"A256GCM","kid":"new","jku":"https://example.com"}"#,
            #"{"alg":"A256KW","enc":"A256GCM","kid":"new"}"#, #"{"alg":"none","enc":"A256GCM","kid":"new"}"#,
            #"{"alg":"DIR","enc":"A256GCM","kid":"new"}"#, #"{"alg":"dir","enc":"A128GCM","kid":"new"}"#,
            #"{"alg":"dir","enc":"A256CBC-HS512","kid":"new"}"#, #"{"alg":"dir","enc":"A256GCM"}"#,
            #"{"alg":"dir","enc":"A256GCM","kid":7}"#, #"{"alg":"dir","enc":"A256GCM","kid":""}"#,
            #"{"alg":"dir","enc":"A256GCM","kid":"old","kid":"new"}"#,
            #"{"alg":"dir","enc":"A256GCM","kid":"n\u0065w"}"#, #"{"alg":"dir","enc":"A256GCM","kid":"new","typ":"X"}"#,
            #"{"alg":"dir","enc":"A256GCM","kid":"new","typ":1}"#, #"["alg","dir"]"#, "", "null",
        ]
    )
    func wrongHeaders(header: String) throws {
        let keys = try LinkKeys([Self.first])
        let json = #"{"jti":"a","email":"a@example.com","exp":1900000000}"#
        let good = try #require(TokenMutations.sealed(json, entry: Self.first))
        #expect(try keys.open(good, at: Self.now).id == "a")
        let token = try #require(TokenMutations.sealed(json, entry: Self.first, header: header))
        #expect(throws: LinkError.unknown) { try keys.open(token, at: Self.now) }
    }

    @Test("other programs' header order, typ and unknown claims are read")
    func otherPrograms() throws {
        let json = #"{"exp":1900000000.5,"iss":"crm","aud":["x"],"survey":null,"jti":"a","email":"a@example.com"}"#
        let header = #"{"typ": "JWT", "kid": "new", "enc": "A256GCM", "alg": "dir"}"#
        let token = try #require(TokenMutations.sealed(json, entry: Self.first, header: header))
        #expect(try LinkKeys([Self.first]).open(token, at: Self.now).id == "a")
    }

    @Test("a campaign that Planhat can't know doesn't make a link useless that was sent already")
    func unknownCampaign() throws {
        let json = #"{"jti":"a","email":"a@example.com","exp":1900000000,"campaignId":"autumn","companyId":"extid-7"}"#
        let claims = try #require(LinkClaims(json: JSONValue(parsing: Array(json.utf8))))
        #expect(claims.campaignID == nil)
        #expect(claims.companyID == "extid-7")
    }

    @Test("claims that would make the token too long are refused when it is minted")
    func tooLong() throws {
        let long = String(repeating: "é", count: 100)
        let claims = try LinkClaims(
            id: long,
            email: EmailAddress(
                String(repeating: "a", count: 64) + "@" + String(repeating: "b.", count: 60) + "example"
            ),
            expiresAt: Self.now,
            survey: long,
            companyID: "extid-" + long.dropLast(3)
        )
        #expect(throws: LinkError.self) { try LinkKeys([Self.first]).mint(claims) }
    }

    @Test(
        "key entries that aren't exactly right are refused",
        arguments: [
            ["k1"], ["k1:short"], [":" + String(repeating: "A", count: 43)],
            ["k1:" + String(repeating: "A", count: 42)],
            ["k1:" + String(repeating: "A", count: 42) + "B"], [first, first],
            ["k\"1:" + String(repeating: "A", count: 43)],
        ]
    )
    func wrongKeys(entries: [String]) {
        #expect(throws: LinkError.self) { try LinkKeys(entries) }
    }
}
