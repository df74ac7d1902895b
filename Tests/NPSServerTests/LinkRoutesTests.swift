import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NPSModel
import NPSQueue
import NPSSurvey
import Testing

@testable import NPSServer

@Suite("Emailed links")
struct LinkRoutesTests {
    private let keys: LinkKeys
    private let claims: LinkClaims
    private let token: String

    init() throws {
        keys = try LinkKeys(["k1:" + Base64URL.encode((0..<32).map { UInt8($0) })])
        claims = try LinkClaims(
            id: "c-17",
            email: EmailAddress("ana@example.com"),
            expiresAt: Date().addingTimeInterval(3_600),
            issuedAt: Date().addingTimeInterval(-3_600),
            campaignID: "65d4a5a2f0e1c8b7a6958473",
            companyID: "extid-acme"
        )
        token = try keys.mint(claims)
    }

    private func collecting(publicURL: String = "http://127.0.0.1:8080") throws -> Collecting {
        var collecting = try Collecting(publicURL: publicURL, surveyIsOpen: false)
        collecting.parts.linkKeys = keys
        return collecting
    }

    private func get(
        _ client: any TestClientProtocol,
        _ path: String,
        _ method: HTTPRequest.Method = .get
    ) async throws -> TestResponse {
        try await client.executeRequest(uri: path, method: method, headers: [:], body: nil)
    }

    private func post(
        _ client: any TestClientProtocol,
        _ path: String,
        _ form: String
    ) async throws -> TestResponse {
        try await client.executeRequest(
            uri: path,
            method: .post,
            headers: [.contentType: "application/x-www-form-urlencoded"],
            body: ByteBuffer(string: form)
        )
    }

    @Test("GET and HEAD of a link and its eleven scores show the form and record nothing")
    func scanners() async throws {
        let collecting = try collecting()
        try await collecting.publicly { client async throws in
            for score in [nil] + (0...10).map(Optional.some) {
                let path = "/s/\(token)" + (score.map { "/\($0)" } ?? "")
                let page = try await get(client, path)
                #expect(page.status == .ok)
                #expect(page.headers[.cacheControl] == "no-store")
                #expect(HTTPField.Name("Referrer-Policy").map { page.headers[$0] } == "no-referrer")
                #expect(page.text.contains("action=\"/s/\(token)\""))
                #expect(!page.text.contains("ana@example.com") && !page.text.contains("name=\"email\""))
                #expect(page.text.components(separatedBy: " checked").count - 1 == (score == nil ? 0 : 1))
                let head = try await get(client, path, .head)
                #expect(head.status == .ok)
                #expect(head.body.readableBytes == 0)
            }
        }
        #expect(try await collecting.queue.status().accepted == 0)
        await collecting.end()
    }

    @Test("the last answer counts, the first is shown on coming back, and the link alone says whose it is")
    func answers() async throws {
        let collecting = try collecting()
        try await collecting.publicly { client async throws in
            let first = try await post(client, "/s/\(token)", "score=9&comment=Fast&email=eve%40example.com&id=other")
            #expect(first.status == .seeOther)
            #expect(first.headers[.location] == "/s/\(token)/thanks")
            let thanks = try await get(client, "/s/\(token)/thanks")
            #expect(thanks.status == .ok)
            #expect(thanks.text.contains("href=\"/s/\(token)\""))
            let again = try await get(client, "/s/\(token)")
            #expect(again.text.contains("Fast"))
            #expect(again.text.contains("value=\"9\" id=\"score-9\" checked"))
            #expect(try await get(client, "/s/\(token)/3").text.contains("value=\"3\" id=\"score-3\" checked"))
            #expect(try await post(client, "/s/\(token)", "score=2&comment=").status == .seeOther)
        }
        #expect(try await collecting.queue.status().accepted == 1)
        let item = try await collecting.queue.show(claims.responseID)
        #expect(item?.score == 2)
        #expect(item?.email == "ana@example.com")
        let claim = try #require(try await collecting.queue.claim(limit: 1).first)
        #expect(claim.response.campaignID == "65d4a5a2f0e1c8b7a6958473")
        #expect(claim.response.companyID == "extid-acme")
        #expect(claim.response.sentAt != nil)
        await collecting.end()
    }

    @Test(
        "scores that no link has, and altered links, are one and the same 404 page",
        arguments: ["/11", "/-1", "/+9", "/09", "/9.0", "/x", "A", "/9/9"]
    )
    func unknown(ending: String) async throws {
        let collecting = try collecting()
        try await collecting.publicly { client async throws in
            let response = try await get(client, "/s/" + token + ending)
            #expect(response.status == .notFound)
            if ending != "/9/9" {
                #expect(response.headers[.contentType] == "text/html; charset=utf-8")
                #expect(try await get(client, "/s/nonsense").text == response.text)
                #expect(try await post(client, "/s/nonsense", "score=9").text == response.text)
            }
        }
        #expect(try await collecting.queue.status().accepted == 0)
        await collecting.end()
    }

    @Test("an expired link is 410 for GET and POST alike")
    func expired() async throws {
        let old = try keys.mint(
            LinkClaims(id: "c-18", email: EmailAddress("ana@example.com"), expiresAt: Date().addingTimeInterval(-1))
        )
        let collecting = try collecting()
        try await collecting.publicly { client async throws in
            #expect(try await get(client, "/s/\(old)").status == .gone)
            #expect(try await get(client, "/s/\(old)/9").status == .gone)
            #expect(try await post(client, "/s/\(old)", "score=9").status == .gone)
        }
        #expect(try await collecting.queue.status().accepted == 0)
        await collecting.end()
    }

    @Test("what is wrong comes back as 422 with what was typed; other types are 415, too much is 413")
    func refusals() async throws {
        let collecting = try collecting()
        try await collecting.publicly { client async throws in
            let wrong = try await post(client, "/s/\(token)", "score=11&comment=so+so")
            #expect(wrong.status == .unprocessableContent)
            #expect(wrong.text.contains("so so"))
            let json = try await client.executeRequest(
                uri: "/s/\(token)",
                method: .post,
                headers: [.contentType: "application/json"],
                body: ByteBuffer(string: "{}")
            )
            #expect(json.status == .unsupportedMediaType)
            let long = "score=9&comment=" + String(repeating: "a", count: FormValues.byteLimit)
            #expect(try await post(client, "/s/\(token)", long).status == .contentTooLarge)
        }
        await collecting.end()
    }

    @Test("what looks mechanical is kept, flagged and held, until the person answers")
    func mechanical() async throws {
        let collecting = try collecting()
        try await collecting.publicly { client async throws in
            let page = try await get(client, "/s/\(token)/9").text
            let issued = try #require(page.firstMatch(of: /name="issued" value="([^"]+)"/)).1
            #expect(try await post(client, "/s/\(token)", "score=9&issued=\(issued)").status == .seeOther)
            #expect(try await collecting.queue.claim(limit: 1).isEmpty)
            #expect(try await collecting.queue.status().accepted == 1)
            // Neither a scanner's second form nor its filled trap changes what is there.
            #expect(try await post(client, "/s/\(token)", "score=1&website=x").status == .tooManyRequests)
            #expect(try await collecting.queue.show(claims.responseID)?.score == 9)
            #expect(try await post(client, "/s/\(token)", "score=9").status == .seeOther)
        }
        let claim = try #require(try await collecting.queue.claim(limit: 1).first)
        #expect(claim.response.score.value == 9)
        #expect(claim.response.custom.isEmpty)
        #expect(try await collecting.queue.status().accepted == 1)
        await collecting.end()
    }

    @Test("a filled trap flags the answer and holds it for half an hour")
    func trap() async throws {
        let collecting = try collecting()
        try await collecting.publicly { client async throws in
            #expect(try await post(client, "/s/\(token)", "score=0&website=http").status == .seeOther)
        }
        let item = try #require(try await collecting.queue.show(claims.responseID))
        let delay = try #require(item.nextAttemptAt).timeIntervalSince(item.acceptedAt)
        #expect((Suspicion.grace - 1...Suspicion.grace + 1).contains(delay))
        await collecting.end()
    }

    @Test("under a base path every address of the form stands under it")
    func basePath() async throws {
        let collecting = try collecting(publicURL: "https://nps.example.com/a/b")
        try await collecting.publicly { client async throws in
            for prefix in ["", "/a/b"] {
                #expect(try await get(client, "\(prefix)/s/\(token)").text.contains("action=\"/a/b/s/\(token)\""))
            }
            let answer = try await post(client, "/s/\(token)?lang=en", "score=9")
            #expect(answer.headers[.location] == "/a/b/s/\(token)/thanks?lang=en")
        }
        await collecting.end()
    }

    @Test("without keys every link is unknown")
    func noKeys() async throws {
        let collecting = try Collecting()
        try await collecting.publicly { client async throws in
            #expect(try await get(client, "/s/\(token)").status == .notFound)
        }
        await collecting.end()
    }
}
