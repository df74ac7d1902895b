import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NPSModel
import NPSPages
import NPSQueue
import NPSSurvey
import TestSupport
import Testing

@testable import NPSServer

@Suite("The open form")
struct SurveyRoutesTests {
    private let nonce = String(repeating: "a1", count: 16)

    @Test("a GET shows the form and records nothing")
    func show() async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in
            let page = try await client.executeRequest(uri: "/survey", method: .get, headers: [:], body: nil)
            #expect(page.status == .ok)
            #expect(page.headers[.contentType] == "text/html; charset=utf-8")
            #expect(page.text.contains("Acme"))
            #expect(page.headers[.setCookie] == nil)
        }
        #expect(try await collector.queue.status().accepted == 0)
        await collector.end()
    }

    @Test("a submission leads to the thanks page; a double click is one response, a change of mind an edit")
    func submitTwice() async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in
            let form = "nonce=\(nonce)&email=ana%40example.com&score=9&comment=Fast"
            for _ in 0..<2 {
                let response = try await client.submit(form, to: "/survey")
                #expect(response.status == .seeOther)
                let location = "/survey/thanks?score=9&answer=\(nonce)"
                #expect(response.headers[.location]?.replacing(/&said=[0-9a-f]{32}$/, with: "") == location)
            }
            #expect(
                try await client.submit(form.replacing("score=9", with: "score=2"), to: "/survey").status == .seeOther
            )
            let address = "/survey/thanks?score=2&answer=\(nonce)"
            let thanks = try await client.executeRequest(uri: address, method: .get, headers: [:], body: nil)
            #expect(thanks.status == .ok)
            #expect(thanks.text.contains("You gave 2 out of 10."))
            #expect(thanks.text.contains(#"href="/survey?answer=\#(nonce)&amp;score=2""#))
        }
        #expect(try await collector.queue.status().accepted == 1)
        let item = try await collector.queue.list(QueueFilter()).first
        #expect(item?.score == 2)
        #expect(item?.source == "survey")
        await collector.end()
    }

    @Test("errors come back as 422 with what was typed, escaped")
    func errors() async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in
            let response = try await client.submit("nonce=\(nonce)&email=%3Cscript%3E&comment=so+so", to: "/survey")
            #expect(response.status == .unprocessableContent)
            #expect(response.text.contains("so so"))
            #expect(response.text.contains(nonce))
            #expect(!response.text.contains("<script"))
        }
        #expect(try await collector.queue.status().accepted == 0)
        await collector.end()
    }

    @Test("other content types are 415, too much is 413, a full queue 503 with what was typed")
    func refusals() async throws {
        let collector = try CollectorFixture(waitingLimit: 1)
        try await collector.publicly { client async throws in
            let json = try await client.executeRequest(
                uri: "/survey",
                method: .post,
                headers: [.contentType: "application/json"],
                body: ByteBuffer(string: "{}")
            )
            #expect(json.status == .unsupportedMediaType)
            let large = "comment=" + String(repeating: "x", count: FormValues.byteLimit)
            #expect(try await client.submit(large, to: "/survey").status == .contentTooLarge)
            let form = "nonce=\(nonce)&email=ana%40example.com&score=9&comment=first"
            #expect(try await client.submit(form, to: "/survey").status == .seeOther)
            let other = form.replacing(nonce, with: String(repeating: "b2", count: 16)).replacing(
                "first",
                with: "second"
            )
            let full = try await client.submit(other, to: "/survey")
            #expect(full.status == .serviceUnavailable)
            #expect(full.text.contains("second"))
            #expect(full.headers[.retryAfter] != nil)
        }
        await collector.end()
    }

    @Test("under a base path every link has it, and the routes answer with and without it")
    func basePath() async throws {
        let collector = try CollectorFixture(publicURL: "https://nps.example.com/a/b/")
        try await collector.publicly { client async throws in
            for path in ["/survey", "/a/b/survey"] {
                let page = try await client.executeRequest(uri: path, method: .get, headers: [:], body: nil)
                #expect(page.text.contains(#"action="/a/b/survey""#))
            }
            let form = "nonce=\(nonce)&email=ana%40example.com&score=9"
            let location = try await client.submit(form, to: "/a/b/survey").headers[.location]
            #expect(location?.hasPrefix("/a/b/survey/thanks?") == true)
        }
        await collector.end()
    }

    @Test("a closed survey says so and takes nothing")
    func closed() async throws {
        let collector = try CollectorFixture(surveyIsOpen: false)
        try await collector.publicly { client async throws in
            #expect(
                try await client.submit("nonce=\(nonce)&email=ana%40example.com&score=9", to: "/survey").status
                    == .notFound
            )
        }
        #expect(try await collector.queue.status().accepted == 0)
        await collector.end()
    }

    @Test("after its burst a client is asked to wait")
    func rateLimit() async throws {
        let collector = try CollectorFixture()
        var dependencies = collector.dependencies
        let clock = TestClock()
        dependencies.rateLimit = ClientRateLimit(burst: 1, perSecond: 1, now: { clock.instant })
        let limited = CollectorFixture(replacing: dependencies, in: collector)
        try await limited.publicly { client async throws in
            let form = "nonce=\(nonce)&email=ana%40example.com&score=9"
            #expect(try await client.submit(form, to: "/survey").status == .seeOther)
            // Who has sent it is told so.
            #expect(try await client.get("/survey/thanks").status == .ok)
            let second = try await client.submit(form, to: "/survey")
            #expect(second.status == .tooManyRequests)
            #expect(second.headers[.retryAfter] != nil)
            #expect(second.text.contains("ana@example.com"))
        }
        await collector.end()
    }

    @Test(
        "far over its limit a client gets a ready page, and its form is not read",
        arguments: ["/survey", "/s/unknown"]
    )
    func farOverRateLimit(path: String) async throws {
        let collector = try CollectorFixture()
        var dependencies = collector.dependencies
        let clock = TestClock()
        dependencies.rateLimit = ClientRateLimit(burst: 1, perSecond: 1, now: { clock.instant })
        let limited = CollectorFixture(replacing: dependencies, in: collector)
        try await limited.publicly { client async throws in
            for _ in 0..<2 { _ = try await client.submit("score=9", to: path) }
            let headers: HTTPFields = [.contentType: "text/plain", .acceptLanguage: "de"]
            let body = ByteBuffer(repeating: UInt8(ascii: "%"), count: 64)
            let refused = try await client.executeRequest(uri: path, method: .post, headers: headers, body: body)
            #expect(refused.status == .tooManyRequests)
            #expect(refused.headers[.retryAfter] == "1")
            #expect(refused.headers[.contentLanguage] == "de")
            #expect(!refused.text.contains("<form"))
        }
        await collector.end()
    }

    @Test("whoever asks for ever new pages has to wait; those at hand, forms that are sent and links aren't counted")
    func renderingLimit() async throws {
        let keys = try LinkKeys(["k1:" + Base64URL.encode((0..<32).map { UInt8($0) })])
        let claims = try LinkClaims(
            id: "c-17",
            email: EmailAddress("ana@example.com"),
            expiresAt: CollectorFixture.now.addingTimeInterval(3_600)
        )
        let collector = try CollectorFixture(surveys: ["a": ""])
        var dependencies = collector.dependencies
        let clock = TestClock()
        dependencies.linkKeys = keys
        dependencies.renderingLimit = ClientRateLimit(burst: 5, perSecond: 1, now: { clock.instant })
        let limited = CollectorFixture(replacing: dependencies, in: collector)
        try await limited.publicly { client async throws in
            for _ in 0..<10 { #expect(try await client.get("/survey").status == .ok) }
            #expect(try await client.get("/survey/thanks").status == .ok)
            // Rendered, prepared, and then at hand.
            for _ in 0..<10 { #expect(try await client.get("/survey/a").status == .ok) }
            #expect(try await client.get("/survey?lang=de&score=3").status == .ok)
            for path in [
                "/survey?lang=de&score=3", "/survey?lang=de&score=4", "/survey", "/survey/a",
            ] {
                let refused = try await client.get(path)
                #expect(refused.status == .tooManyRequests && refused.headers[.retryAfter] == "1")
                #expect(refused.headers[.contentLanguage] == (path.contains("de") ? "de" : "en"))
                #expect(!refused.text.contains("<form"))
            }
            let form = "nonce=\(nonce)&email=ana%40example.com&score=9"
            #expect(try await client.submit(form, to: "/survey").status == .seeOther)
            // Who has sent it is told so.
            #expect(try await client.get("/survey/thanks").status == .ok)
            for score in 0...10 { #expect(try await client.get("/s/\(keys.mint(claims))/\(score)").status == .ok) }
            clock.advance(by: 1)
            #expect(try await client.get("/survey").status == .ok)
            #expect(try await client.get("/survey?lang=de&score=3").status == .ok)
            #expect(try await client.get("/survey?lang=de").status == .ok)
            #expect(try await client.get("/survey?lang=de").status == .tooManyRequests)
        }
        await collector.end()
    }

    @Test("the ready page is rendered once a language")
    func readyRefusals() throws {
        let pages = try SurveyPages(subject: "Acme", basePath: "", publicDirectory: nil)
        let refusals = ReadyRefusals(pages: pages)
        for _ in 0..<5 {
            for language in pages.languages { #expect(refusals[language].html.contains("<h1")) }
        }
        #expect(refusals.count == pages.languages.count)
    }

    @Test("the language is the one asked for by name, then the browser's, and stays for the answer")
    func language() async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in
            func page(_ uri: String, _ accepted: String) async throws -> TestResponse {
                try await client.executeRequest(uri: uri, method: .get, headers: [.acceptLanguage: accepted], body: nil)
            }
            let german = try await page("/survey", "tlh, de-AT;q=0.9, fr;q=0.8")
            #expect(german.headers[.contentLanguage] == "de")
            #expect(german.headers[.vary] == "Accept-Language")
            #expect(german.text.contains(#"action="/survey""#))
            let arabic = try await page("/survey?lang=ar", "de")
            #expect(arabic.text.contains(#"<html lang="ar" dir="rtl">"#))
            #expect(arabic.text.contains(#"action="/survey?lang=ar""#))
            #expect(try await page("/survey?lang=%22%3E", "de").headers[.contentLanguage] == "de")
            let form = "nonce=\(nonce)&email=ana%40example.com&score=9"
            let sent = try await client.submit(form, to: "/survey?lang=ar")
            #expect(sent.headers[.location]?.hasSuffix("&lang=ar") == true)
        }
        await collector.end()
    }

    @Test("an answer that was erased is not thanked for again: the form gives another one")
    func erased() async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in
            let form = "nonce=\(nonce)&email=ana%40example.com&score=9"
            #expect(try await client.submit(form, to: "/survey").status == .seeOther)
            // Who has sent it is told so.
            #expect(try await client.get("/survey/thanks").status == .ok)
            _ = try await collector.queue.erase(EmailAddress("ana@example.com"))
            let again = try await client.submit(form, to: "/survey")
            #expect(again.status == .seeOther)
            #expect(again.headers[.location]?.contains(nonce) == false)
        }
        let status = try await collector.queue.status()
        #expect(status.accepted == 2)
        #expect(status.erased == 1)
        await collector.end()
    }

    @Test("the same form without its comment takes the comment away")
    func emptiedComment() async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in
            for comment in ["Slow", ""] {
                let form = "nonce=\(nonce)&email=ana%40example.com&score=3&comment=\(comment)"
                #expect(try await client.submit(form, to: "/survey").status == .seeOther)
            }
        }
        #expect(try await collector.queue.list(QueueFilter()).map(\.comment) == [nil])
        await collector.end()
    }

    @Test("a filled trap holds what is sent without the time to read, and not what took it")
    func trap() async throws {
        var collector = try CollectorFixture()
        let now = Date()
        collector.dependencies.now = { now }
        let seal = collector.dependencies.linkKeys.seal
        try await collector.publicly { client async throws in
            #expect(try await client.get("/survey").text.contains(#/name="issued" value="\d+\.[A-Za-z0-9_-]{43}"/#))
            for (index, age) in [0, 1.9, 2, nil].enumerated() {
                let stamp = age.map { "&issued=" + seal.stamp(nil, at: now.addingTimeInterval(-$0)) } ?? ""
                let form = "email=p\(index)%40example.com&score=9&nps_blank=x" + stamp
                #expect(try await client.submit(form, to: "/survey").status == .seeOther)
            }
        }
        let held = try await collector.queue.list(QueueFilter()).map { $0.heldUntil != nil }
        #expect(held == [true, true, false, true])
        await collector.end()
    }

    @Test("a bot's change of an answer is not thanked for: the form comes back")
    func botChange() async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in
            let form = "nonce=\(nonce)&email=ana%40example.com&score="
            #expect(try await client.submit(form + "9", to: "/survey").status == .seeOther)
            let refused = try await client.submit(form + "3&nps_blank=x", to: "/survey")
            #expect(refused.status == .tooManyRequests)
            #expect(refused.text.contains("Please send it once more"))
        }
        #expect(try await collector.queue.list(QueueFilter()).map(\.score) == [9])
        await collector.end()
    }

    @Test("who changes only the number keeps the comment, and may take it away")
    func keptComment() async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in
            let form = "nonce=\(nonce)&email=ana%40example.com&score="
            #expect(try await client.submit(form + "3&comment=Slow", to: "/survey").status == .seeOther)
            let page = try await client.get("/survey?answer=\(nonce)&score=3").text
            #expect(page.contains("If you wrote a comment before with this address, it stays"))
            #expect(page.contains(#"name="remove""#))
            #expect(try await !client.get("/survey").text.contains(#"name="remove""#))
            #expect(try await client.submit(form + "4&comment=&earlier=unknown", to: "/survey").status == .seeOther)
            #expect(try await collector.queue.list(QueueFilter()).map(\.comment) == ["Slow"])
            let removal = form + "4&comment=&earlier=unknown&remove=1"
            #expect(try await client.submit(removal, to: "/survey").status == .seeOther)
            #expect(try await collector.queue.list(QueueFilter()).map(\.comment) == [nil])
        }
        await collector.end()
    }
}
