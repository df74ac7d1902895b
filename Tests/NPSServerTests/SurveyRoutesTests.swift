import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NPSQueue
import Testing

@testable import NPSServer

@Suite("The open form")
struct SurveyRoutesTests {
    private let nonce = String(repeating: "a1", count: 16)

    private func submit(
        _ client: any TestClientProtocol,
        _ form: String,
        path: String = "/survey"
    ) async throws -> TestResponse {
        try await client.executeRequest(
            uri: path,
            method: .post,
            headers: [.contentType: "application/x-www-form-urlencoded"],
            body: ByteBuffer(string: form)
        )
    }

    @Test("a GET shows the form and records nothing")
    func show() async throws {
        let collecting = try Collecting()
        try await collecting.publicly { client async throws in
            let page = try await client.executeRequest(uri: "/survey", method: .get, headers: [:], body: nil)
            #expect(page.status == .ok)
            #expect(page.headers[.contentType] == "text/html; charset=utf-8")
            #expect(page.text.contains("Acme"))
            #expect(page.headers[.setCookie] == nil)
        }
        #expect(try await collecting.queue.status().accepted == 0)
        await collecting.end()
    }

    @Test("a submission leads to the thanks page; a double click is one response, a change of mind an edit")
    func submitTwice() async throws {
        let collecting = try Collecting()
        try await collecting.publicly { client async throws in
            let form = "nonce=\(nonce)&email=ana%40example.com&score=9&comment=Fast"
            for _ in 0..<2 {
                let response = try await submit(client, form)
                #expect(response.status == .seeOther)
                #expect(response.headers[.location] == "/survey/thanks?score=9&answer=\(nonce)")
            }
            #expect(try await submit(client, form.replacing("score=9", with: "score=2")).status == .seeOther)
            let address = "/survey/thanks?score=2&answer=\(nonce)"
            let thanks = try await client.executeRequest(uri: address, method: .get, headers: [:], body: nil)
            #expect(thanks.status == .ok)
            #expect(thanks.text.contains("You gave 2 out of 10."))
            #expect(thanks.text.contains(#"href="/survey?answer=\#(nonce)&amp;score=2""#))
        }
        #expect(try await collecting.queue.status().accepted == 1)
        let item = try await collecting.queue.list(QueueFilter()).first
        #expect(item?.score == 2)
        #expect(item?.source == "survey")
        await collecting.end()
    }

    @Test("errors come back as 422 with what was typed, escaped")
    func errors() async throws {
        let collecting = try Collecting()
        try await collecting.publicly { client async throws in
            let response = try await submit(client, "nonce=\(nonce)&email=%3Cscript%3E&comment=so+so")
            #expect(response.status == .unprocessableContent)
            #expect(response.text.contains("so so"))
            #expect(response.text.contains(nonce))
            #expect(!response.text.contains("<script"))
        }
        #expect(try await collecting.queue.status().accepted == 0)
        await collecting.end()
    }

    @Test("other content types are 415, too much is 413, a full queue 503 with what was typed")
    func refusals() async throws {
        let collecting = try Collecting(waitingLimit: 1)
        try await collecting.publicly { client async throws in
            let json = try await client.executeRequest(
                uri: "/survey",
                method: .post,
                headers: [.contentType: "application/json"],
                body: ByteBuffer(string: "{}")
            )
            #expect(json.status == .unsupportedMediaType)
            let large = "comment=" + String(repeating: "x", count: SurveyRoutes.bodyLimit)
            #expect(try await submit(client, large).status == .contentTooLarge)
            let form = "nonce=\(nonce)&email=ana%40example.com&score=9&comment=first"
            #expect(try await submit(client, form).status == .seeOther)
            let other = form.replacing(nonce, with: String(repeating: "b2", count: 16)).replacing(
                "first",
                with: "second"
            )
            let full = try await submit(client, other)
            #expect(full.status == .serviceUnavailable)
            #expect(full.text.contains("second"))
            #expect(full.headers[.retryAfter] != nil)
        }
        await collecting.end()
    }

    @Test("under a base path every link has it, and the routes answer with and without it")
    func basePath() async throws {
        let collecting = try Collecting(publicURL: "https://nps.example.com/a/b/")
        try await collecting.publicly { client async throws in
            for path in ["/survey", "/a/b/survey"] {
                let page = try await client.executeRequest(uri: path, method: .get, headers: [:], body: nil)
                #expect(page.text.contains(#"action="/a/b/survey""#))
            }
            let form = "nonce=\(nonce)&email=ana%40example.com&score=9"
            let location = try await submit(client, form, path: "/a/b/survey").headers[.location]
            #expect(location?.hasPrefix("/a/b/survey/thanks?") == true)
        }
        await collecting.end()
    }

    @Test("a closed survey says so and takes nothing")
    func closed() async throws {
        let collecting = try Collecting(surveyIsOpen: false)
        try await collecting.publicly { client async throws in
            #expect(try await submit(client, "nonce=\(nonce)&email=ana%40example.com&score=9").status == .notFound)
        }
        #expect(try await collecting.queue.status().accepted == 0)
        await collecting.end()
    }

    @Test("after its burst a client is asked to wait")
    func rateLimit() async throws {
        let collecting = try Collecting()
        var parts = collecting.parts
        parts.rateLimit = ClientRateLimit(burst: 1, perSecond: 0.001)
        let limited = Collecting(replacing: parts, in: collecting)
        try await limited.publicly { client async throws in
            let form = "nonce=\(nonce)&email=ana%40example.com&score=9"
            #expect(try await submit(client, form).status == .seeOther)
            let second = try await submit(client, form)
            #expect(second.status == .tooManyRequests)
            #expect(second.headers[.retryAfter] != nil)
            #expect(second.text.contains("ana@example.com"))
        }
        await collecting.end()
    }

    @Test("the language is the one asked for by name, then the browser's, and stays for the answer")
    func language() async throws {
        let collecting = try Collecting()
        try await collecting.publicly { client async throws in
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
            let sent = try await submit(client, form, path: "/survey?lang=ar")
            #expect(sent.headers[.location]?.hasSuffix("&lang=ar") == true)
        }
        await collecting.end()
    }
}
