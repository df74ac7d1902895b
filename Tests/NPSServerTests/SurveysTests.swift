import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import NPSModel
import NPSQueue
import NPSSurvey
import TestSupport
import Testing

@testable import NPSServer

@Suite("Surveys with a name of their own")
struct SurveysTests {
    private let nonce = String(repeating: "a1", count: 16)
    private let keys: LinkKeys

    init() throws {
        keys = try LinkKeys(["k1:" + Base64URL.encode((0..<32).map { UInt8($0) })])
    }

    private static let now = Timestamp.format(CollectorFixture.now)
    private static let soon = Timestamp.format(CollectorFixture.now.addingTimeInterval(86_400))
    private static let files = [
        "onboarding": "brand: Academy\ncampaignId: 65d4a5a2f0e1c8b7a6958473\nlanguages: {de: {send: Los}}",
        "private": "open: false\nbrand: Private",
        "later": "opens: \(soon)",
        "over": "closes: \(now)",
    ]

    private func collector(_ files: [String: String]? = Self.files) throws -> CollectorFixture {
        var collector = try CollectorFixture(publicURL: "http://127.0.0.1:8080/a", surveys: files)
        collector.dependencies.linkKeys = keys
        return collector
    }

    private func claims(_ survey: String?) throws -> LinkClaims {
        try LinkClaims(
            id: "c-17",
            email: EmailAddress("ana@example.com"),
            expiresAt: CollectorFixture.now.addingTimeInterval(3_600),
            survey: survey
        )
    }

    @Test("have a form at /survey/NAME, which leads to their own thanks and back", arguments: ["", "/a"])
    func form(prefix: String) async throws {
        let collector = try collector()
        try await collector.publicly { client async throws in
            let page = try await client.get(prefix + "/survey/onboarding?lang=de")
            #expect(page.status == .ok && page.headers[.contentLanguage] == "de")
            #expect(page.text.contains(">Academy<") && page.text.contains("Los</button>"))
            #expect(page.text.contains(#"action="/a/survey/onboarding?lang=de""#))
            let form = "nonce=\(nonce)&email=ana%40example.com&score=9"
            let sent = try await client.submit(form, to: prefix + "/survey/onboarding?lang=de")
            #expect(sent.status == .seeOther)
            #expect(sent.headers[.location] == "/a/survey/onboarding/thanks?score=9&answer=\(nonce)&lang=de")
            let thanks = try await client.get("/a/survey/onboarding/thanks?score=9&answer=\(nonce)&lang=de")
            #expect(thanks.status == .ok && thanks.text.contains(">Academy<"))
            #expect(thanks.text.contains(#"href="/a/survey/onboarding?answer=\#(nonce)&amp;score=9&amp;lang=de""#))
            let wrong = try await client.submit("nonce=\(nonce)", to: prefix + "/survey/onboarding")
            #expect(wrong.status == .unprocessableContent && wrong.text.contains(">Academy<"))
        }
        let claim = try #require(try await collector.queue.claim(limit: 1).first)
        #expect(claim.response.campaignID == "65d4a5a2f0e1c8b7a6958473")
        await collector.end()
    }

    @Test("thank with what was sent, the comment included, once, and never in an address")
    func comment() async throws {
        let collector = try collector()
        let claims = try claims("onboarding")
        let link = try "/a/s/" + keys.mint(claims)
        let stamp = keys.seal.stamp(claims, at: CollectorFixture.now.addingTimeInterval(-60))
        try await collector.publicly { client async throws in
            for (path, form) in [
                ("/a/survey", "nonce=\(nonce)&email=ana%40example.com"),
                ("/a/survey/onboarding", "nonce=\(nonce)&email=ana%40example.com"), (link, "issued=\(stamp)"),
            ] {
                let sent = try await client.submit(form + "&score=3&comment=Slow+%26+late", to: path)
                let location = try #require(sent.headers[.location])
                #expect(sent.status == .seeOther && !location.contains("Slow"))
                // Whoever made up the form's number, or has the link, has no ticket; and it is good for its form alone.
                let (before, ticket) = try #require(
                    location.firstRange(of: "&said=").map { place in
                        (String(location[..<place.lowerBound]), location[place.upperBound...])
                    }
                )
                for guess in [before, before + "&said=\(nonce)", "/a/survey/private/thanks?score=3&said=\(ticket)"] {
                    #expect(try await !client.get(guess).text.contains("Slow"))
                }
                #expect(try await client.get(location, .head).status == .ok)
                #expect(try await client.get(location).text.contains(">Slow &amp; late</blockquote>"))
                let again = try await client.get(location)
                #expect(again.status == .ok && again.text.contains("You gave 3 out of 10."))
                #expect(!again.text.contains("Slow"))
            }
        }
        await collector.end()
    }

    @Test("let through the parameters of their address that they name, and keep them to the end")
    func parameters() async throws {
        let collector = try collector(["plans": "parameters: [plan, region]\ncustom: {wave: 3}", "none": ""])
        try await collector.publicly { client async throws in
            let query = "plan=Gold+%26+%22more%22&region=x%00y&lang=de&other=1&region=EU&plan=Silver"
            let page = try await client.get("/a/survey/plans?\(query)")
            let kept = "lang=de&plan=Gold%20%26%20%22more%22"
            #expect(page.text.contains("action=\"/a/survey/plans?\(kept.replacing("&", with: "&amp;"))\""))
            let wrong = try await client.submit("nonce=\(nonce)", to: "/a/survey/plans?" + kept)
            #expect(wrong.text.contains("action=\"/a/survey/plans?\(kept.replacing("&", with: "&amp;"))\""))
            let form = "nonce=\(nonce)&email=ana%40example.com&score=9"
            let sent = try await client.submit(form, to: "/a/survey/plans?" + kept)
            let location = try #require(sent.headers[.location])
            #expect(location == "/a/survey/plans/thanks?score=9&answer=\(nonce)&\(kept)")
            let change = "/a/survey/plans?answer=\(nonce)&score=9&\(kept)".replacing("&", with: "&amp;")
            #expect(try await client.get(location).text.contains("href=\"\(change)\""))
            #expect(try await client.get("/a/survey/none?plan=x").text.contains(#"action="/a/survey/none""#))
            let long = String(repeating: "x", count: 201)
            #expect(try await client.get("/a/survey/plans?plan=\(long)").text.contains(#"action="/a/survey/plans""#))
        }
        let claim = try #require(try await collector.queue.claim(limit: 1).first)
        #expect(claim.response.custom == ["plan": .string("Gold & \"more\""), "wave": .integer(3)])
        await collector.end()
    }

    @Test(
        "that take no answers have a page that says so, with the status for it",
        arguments: [
            ("private", 404, "This survey is closed"), ("over", 410, "This survey is closed"),
            ("later", 404, "It opens on"),
        ]
    )
    func closed(name: String, status: Int, sentence: String) async throws {
        let collector = try collector()
        try await collector.publicly { client async throws in
            for answer in [
                try await client.get("/survey/\(name)"),
                try await client.submit("nonce=\(nonce)&email=ana%40example.com&score=9", to: "/survey/\(name)"),
            ] {
                #expect(answer.status.code == status && answer.text.contains(sentence))
            }
        }
        #expect(try await collector.queue.status().accepted == 0)
        await collector.end()
    }

    @Test("are taken by the links that name them")
    func links() async throws {
        let collector = try collector()
        let seal = keys.seal
        try await collector.publicly { client async throws in
            for (name, status, text) in [
                ("onboarding", 200, ">Academy<"), ("private", 200, ">Private<"), ("later", 404, "It opens on"),
                ("over", 410, "This survey is closed"), ("autumn", 200, "recommend Acme"), (nil, 200, "recommend Acme"),
            ] as [(String?, Int, String)] {
                let claims = try claims(name)
                let path = try "/a/s/" + keys.mint(claims)
                let page = try await client.get(path + "/9")
                #expect(page.status.code == status && page.text.contains(text), "\(name ?? "-")")
                let stamp = seal.stamp(claims, at: CollectorFixture.now.addingTimeInterval(-60))
                let sent = try await client.submit("score=9&issued=\(stamp)", to: path)
                // Who opened the form while the survey was open may still send it.
                #expect(sent.status.code == (status == 404 ? 404 : 303), "\(name ?? "-")")
                let tooLate = try await client.submit("score=8", to: path)
                if name == "over" { #expect(tooLate.status == .gone && tooLate.text.contains(text)) }
            }
        }
        #expect(try await collector.queue.status().accepted == 5)
        await collector.end()
    }

    @Test("let a form be sent once more after the end, if it was begun in time")
    func onceMore() async throws {
        var collector = try collector(["ending": "closes: \(Self.soon)"])
        let closing = try #require(Timestamp.parse(Self.soon))
        let time = Observed(closing.addingTimeInterval(-60))
        collector.dependencies.now = { time.value }
        let claims = try LinkClaims(
            id: "late",
            email: EmailAddress("ana@example.com"),
            expiresAt: closing.addingTimeInterval(7_200),
            survey: "ending"
        )
        let path = try "/a/s/" + keys.mint(claims)
        try await collector.publicly { [collector] client async throws in
            let seal = collector.dependencies.linkKeys.seal
            let first = seal.stamp(claims, at: closing.addingTimeInterval(-70))
            #expect(try await client.submit("score=9&issued=\(first)", to: path).status == .seeOther)
            let second = seal.stamp(claims, at: closing.addingTimeInterval(-1))
            time.update { $0 = closing.addingTimeInterval(0.5) }
            let quick = try await client.submit("score=3&issued=\(second)", to: path)
            #expect(quick.status == .tooManyRequests)
            let issued = try #require(quick.text.firstMatch(of: /name="issued" value="([^"]*)"/)).1
            time.update { $0 = closing.addingTimeInterval(4) }
            #expect(try await client.submit("score=3&issued=\(issued)", to: path).status == .seeOther)
        }
        await collector.end()
    }

    @Test("that nobody made, and all without a directory, are unknown addresses")
    func unknown() async throws {
        for files in [nil, Self.files] {
            let collector = try collector(files)
            try await collector.publicly { client async throws in
                for path in [
                    "/survey/nowhere", "/a/survey/nowhere", "/survey/nowhere/thanks", "/survey/onboarding/more",
                ] {
                    let page = try await client.executeRequest(
                        uri: path,
                        method: .get,
                        headers: [.accept: "text/html"],
                        body: nil
                    )
                    #expect(page.status == .notFound && page.text.contains("This page doesn’t exist"))
                    #expect(try await client.submit("score=9", to: path).status == .notFound)
                }
            }
            await collector.end()
        }
    }

    @Test("answer 405 to other methods, and lead back to their form from errors")
    func methods() async throws {
        let collector = try collector()
        try await collector.publicly { client async throws in
            for (path, allowed) in [
                ("/survey/onboarding", "GET, HEAD, POST"), ("/survey/onboarding/thanks", "GET, HEAD"),
            ] {
                let answer = try await client.executeRequest(
                    uri: path,
                    method: .put,
                    headers: [.accept: "text/html"],
                    body: nil
                )
                #expect(answer.status == .methodNotAllowed && answer.headers[.allow] == allowed)
                #expect(answer.text.contains(#"href="/a/survey/onboarding""#))
            }
        }
        await collector.end()
    }

    @Test("are the same whether the connection or the router answers")
    func direct() async throws {
        let collector = try collector()
        let routes = PublicListener.routes(collector.dependencies, logger: .silent)
        func template(_ path: String) -> String? {
            let head = HTTPRequest(method: .get, scheme: "http", authority: "a", path: path)
            return routes.direct.route(for: head, on: .unknown)?.template
        }
        #expect(template("/survey/onboarding") == "/survey/{name}")
        #expect(template("/a/survey/onboarding") == "/a/survey/{name}")
        #expect(template("/survey/nowhere") == nil && template("/survey/thanks") == nil)
        await collector.end()
    }

    @Test("are led to from the plain port")
    func redirect() async throws {
        let url = try #require(PublicURL("https://nps.example.com/a"))
        let collector = try collector(["onboarding": "parameters: plan", "over": ""])
        let dependencies = collector.dependencies
        let errors = ErrorPages(pages: dependencies.pages, surveys: dependencies.surveys, basePath: "/a")
        let router = RedirectListener.router(to: url, errorPages: errors)
        try await Application(router: router, logger: .silent).test(.live) { client async throws in
            for (path, target) in [
                ("/survey/onboarding?lang=de", "/survey/onboarding?lang=de"), ("/survey/On", "/survey"),
                ("/a/survey/over", "/survey/over"), ("/survey/thanks", "/survey"),
                ("/survey/onboarding/thanks", "/survey"),
                ("/survey/nowhere", "/survey"),
                ("/survey/onboarding?plan=a+b&x=1&score=9&lang=de", "/survey/onboarding?lang=de&score=9&plan=a%20b"),
            ] {
                let answer = try await client.get(path)
                #expect(answer.status == .permanentRedirect)
                #expect(answer.headers[.location] == "https://nps.example.com/a" + target)
            }
        }
    }
}
