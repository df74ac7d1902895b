import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NPSModel
import NPSQueue
import NPSSurvey
import TestSupport
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
            expiresAt: CollectorFixture.now.addingTimeInterval(3_600),
            issuedAt: CollectorFixture.now.addingTimeInterval(-3_600),
            campaignID: "65d4a5a2f0e1c8b7a6958473",
            companyID: "extid-acme"
        )
        token = try keys.mint(claims)
    }

    private func collector(publicURL: String = "http://127.0.0.1:8080") throws -> CollectorFixture {
        var collector = try CollectorFixture(publicURL: publicURL, surveyIsOpen: false)
        collector.dependencies.linkKeys = keys
        collector.dependencies.now = { CollectorFixture.now.addingTimeInterval(10) }
        return collector
    }

    /// A form that was printed just now and, by the routes' clock, is sent ten seconds later.
    private func post(_ client: any TestClientProtocol, _ path: String, _ form: String) async throws -> TestResponse {
        let stamp = form.contains("issued=") ? "" : "&issued=" + keys.seal.stamp(claims, at: CollectorFixture.now)
        return try await client.submit(form + stamp, to: path)
    }

    @Test("GET and HEAD of a link and its eleven scores show the form and record nothing")
    func scanners() async throws {
        let collector = try collector()
        try await collector.publicly { client async throws in
            for score in [nil] + (0...10).map(Optional.some) {
                let path = "/s/\(token)" + (score.map { "/\($0)" } ?? "")
                let page = try await client.get(path)
                #expect(page.status == .ok)
                #expect(page.headers[.cacheControl] == "no-store")
                #expect(HTTPField.Name("Referrer-Policy").map { page.headers[$0] } == "no-referrer")
                #expect(page.text.contains("action=\"/s/\(token)\""))
                #expect(!page.text.contains("ana@example.com") && !page.text.contains("name=\"email\""))
                #expect(page.text.contains("action=\"/s/\(token)\""))
                #expect(page.text.components(separatedBy: " checked").count - 1 == (score == nil ? 0 : 1))
                let head = try await client.get(path, .head)
                #expect(head.status == .ok)
                #expect(head.body.readableBytes == 0)
            }
        }
        #expect(try await collector.queue.status().accepted == 0)
        await collector.end()
    }

    @Test("the last answer counts, the first is shown on coming back, and the link alone says whose it is")
    func answers() async throws {
        let collector = try collector()
        try await collector.publicly { client async throws in
            let first = try await post(client, "/s/\(token)", "score=9&comment=Fast&email=eve%40example.com&id=other")
            #expect(first.status == .seeOther)
            #expect(
                first.headers[.location]?.replacing(/&said=[0-9a-f]{32}$/, with: "") == "/s/\(token)/thanks?score=9"
            )
            let thanks = try await client.get("/s/\(token)/thanks?score=9")
            #expect(thanks.status == .ok)
            #expect(thanks.text.contains("You gave 9 out of 10."))
            #expect(thanks.text.contains("href=\"/s/\(token)\""))
            let again = try await client.get("/s/\(token)")
            #expect(again.text.contains("Fast"))
            #expect(again.text.contains("value=\"9\" id=\"score-9\" checked"))
            #expect(try await client.get("/s/\(token)/3").text.contains("value=\"3\" id=\"score-3\" checked"))
            #expect(try await post(client, "/s/\(token)", "score=2&comment=&earlier=shown").status == .seeOther)
        }
        #expect(try await collector.queue.status().accepted == 1)
        let item = try await collector.queue.show(claims.responseID)
        #expect(item?.score == 2)
        #expect(item?.comment == nil)
        #expect(item?.email == "ana@example.com")
        let claim = try #require(try await collector.queue.claim(limit: 1).first)
        #expect(claim.response.campaignID == "65d4a5a2f0e1c8b7a6958473")
        #expect(claim.response.companyID == "extid-acme")
        #expect(claim.response.sentAt != nil)
        await collector.end()
    }

    @Test(
        "altered links are one and the same 404 page",
        arguments: ["A", "A/9", "%41", "-", ".A", "%2EA", "/9/9"]
    )
    func unknown(ending: String) async throws {
        let collector = try collector()
        try await collector.publicly { client async throws in
            let response = try await client.get("/s/" + token + ending)
            #expect(response.status == .notFound)
            if ending != "/9/9" {
                #expect(response.headers[.contentType] == "text/html; charset=utf-8")
                #expect(try await client.get("/s/nonsense").text == response.text)
                #expect(try await post(client, "/s/nonsense", "score=9").text == response.text)
            }
        }
        #expect(try await collector.queue.status().accepted == 0)
        await collector.end()
    }

    @Test(
        "a genuine link with something appended shows the form, with the score if its digits are clear",
        arguments: [
            ("/9.", 9), ("/9&utm_source=x", 9), ("/9%22", 9), ("/09", 9), ("/10%3E", 10), ("/11", nil), ("/-1", nil),
            ("/+9", nil), ("/9.5", nil), ("/x", nil), (".", nil), ("./9", 9), ("...", nil), ("%2E", nil),
            ("&utm_source=x", nil), ("&utm_source=x/9", 9), ("%22", nil), ("%22/9", 9), ("%", nil), ("%2", nil),
            (",", nil),
            (")", nil), ("%3E", nil), ("%C2%A0", nil), (";/10", 10),
        ] as [(String, Int?)]
    )
    func appended(ending: String, score: Int?) async throws {
        let collector = try collector()
        try await collector.publicly { client async throws in
            let page = try await client.get("/s/" + token + ending)
            #expect(page.status == .ok)
            #expect(page.text.contains("action=\"/s/\(token)\""))
            #expect(page.text.components(separatedBy: " checked").count - 1 == (score == nil ? 0 : 1))
            if let score { #expect(page.text.contains("value=\"\(score)\" id=\"score-\(score)\" checked")) }
        }
        await collector.end()
    }

    @Test("a link's characters mean the same when they are escaped")
    func escaped() async throws {
        let collector = try collector()
        let escaped = token.replacing(".", with: "%2E").replacing("_", with: "%5f").replacing("e", with: "%65")
        try await collector.publicly { client async throws in
            let page = try await client.get("/s/\(escaped)/9")
            #expect(page.status == .ok)
            #expect(page.text.contains("action=\"/s/\(token)\""))
            #expect(try await post(client, "/s/\(escaped)", "score=9").status == .seeOther)
            #expect(try await client.get("/s/\(escaped)/thanks").text.contains("You gave 9 out of 10."))
            #expect(try await client.get("/s/\(token)./thanks").text.contains("You gave 9 out of 10."))
            #expect(try await post(client, "/s/\(token).", "score=9").status == .seeOther)
        }
        await collector.end()
    }

    @Test("an expired link is 410 for GET and POST alike")
    func expired() async throws {
        let old = try keys.mint(
            LinkClaims(
                id: "c-18",
                email: EmailAddress("ana@example.com"),
                expiresAt: CollectorFixture.now.addingTimeInterval(-1)
            )
        )
        let collector = try collector()
        try await collector.publicly { client async throws in
            #expect(try await client.get("/s/\(old)").status == .gone)
            #expect(try await client.get("/s/\(old)/9").status == .gone)
            #expect(try await post(client, "/s/\(old)", "score=9").status == .gone)
        }
        #expect(try await collector.queue.status().accepted == 0)
        await collector.end()
    }

    @Test("what is wrong comes back as 422 with what was typed; other types are 415, too much is 413")
    func refusals() async throws {
        let collector = try collector()
        try await collector.publicly { client async throws in
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
        await collector.end()
    }

    @Test(
        "what may be a bot's is kept, flagged and held, until the person answers",
        arguments: ["", "x", "1.A", "early", "foreign"]
    )
    func bot(stamp: String) async throws {
        let foreign = try LinkKeys(["k1:" + Base64URL.encode(Array(repeating: UInt8(7), count: 32))])
        let issued =
            switch stamp {
            case "early": keys.seal.stamp(claims, at: CollectorFixture.now.addingTimeInterval(60))
            case "foreign": foreign.seal.stamp(claims, at: CollectorFixture.now)
            default: stamp
            }
        let collector = try collector()
        try await collector.publicly { client async throws in
            #expect(try await post(client, "/s/\(token)", "score=1&comment=Pills&issued=\(issued)").status == .seeOther)
            #expect(try await collector.queue.claim(limit: 1).isEmpty)
            // Nobody takes it for their own.
            let page = try await client.get("/s/\(token)").text
            #expect(!page.contains("Pills") && !page.contains("<time") && !page.contains(" checked"))
            let thanks = try await client.get("/s/\(token)/thanks").text
            #expect(!thanks.contains("out of 10"))
            // A scanner's second form doesn't change what is there.
            let other = try await post(client, "/s/\(token)", "score=2&comment=Mine&nps_blank=x&issued=")
            #expect(other.status == .tooManyRequests)
            #expect(other.text.contains("Mine") && other.text.contains("Please send it once more"))
            #expect(try await collector.queue.show(claims.responseID)?.score == 1)
            #expect(try await post(client, "/s/\(token)", "score=9").status == .seeOther)
        }
        let claim = try #require(try await collector.queue.claim(limit: 1).first)
        #expect(claim.response.score.value == 9)
        #expect(claim.response.comment == nil)
        #expect(claim.response.custom["suspect"] != .bool(true))
        #expect(try await collector.queue.status().accepted == 1)
        await collector.end()
    }

    @Test("a genuine link is counted by itself, whatever else came from its address")
    func limit() async throws {
        var collector = try collector()
        let clock = TestClock()
        collector.dependencies.rateLimit = ClientRateLimit(burst: 1, perSecond: 1, now: { clock.instant })
        collector.dependencies.linkRateLimit = ClientRateLimit(burst: 2, perSecond: 1, now: { clock.instant })
        try await collector.publicly { client async throws in
            for status in [HTTPResponse.Status.notFound, .notFound, .tooManyRequests] {
                #expect(try await client.submit("score=9", to: "/s/unknown").status == status)
            }
            for _ in 0..<2 { #expect(try await post(client, "/s/\(token)", "score=9").status == .seeOther) }
            let third = try await post(client, "/s/\(token)", "score=9&comment=Mine")
            #expect(third.status == .tooManyRequests && third.text.contains("Mine"))
        }
        await collector.end()
    }

    @Test("an address that sends the forms of very many links meets a limit of its own")
    func limitOfAll() async throws {
        var collector = try collector()
        let clock = TestClock()
        collector.dependencies.linksRateLimit = ClientRateLimit(burst: 1, perSecond: 1, now: { clock.instant })
        try await collector.publicly { client async throws in
            #expect(try await post(client, "/s/\(token)", "score=9").status == .seeOther)
            #expect(try await post(client, "/s/\(token)", "score=9").status == .tooManyRequests)
        }
        await collector.end()
    }

    @Test("a form without a stamp comes back with one")
    func freshStamp() async throws {
        let collector = try collector()
        try await collector.publicly { client async throws in
            let wrong = try await post(client, "/s/\(token)", "score=&comment=Mine&issued=")
            #expect(wrong.status == .unprocessableContent)
            #expect(wrong.text.contains(#/name="issued" value="\d+\.[A-Za-z0-9_-]{43}"/#))
        }
        await collector.end()
    }

    @Test("stamps of every key of the ring are believed")
    func rotatedStamp() async throws {
        var collector = try collector()
        let new = "k2:" + Base64URL.encode(Array(repeating: UInt8(9), count: 32))
        let old = "k1:" + Base64URL.encode((0..<32).map { UInt8($0) })
        collector.dependencies.linkKeys = try LinkKeys([new, old])
        try await collector.publicly { client async throws in
            #expect(try await post(client, "/s/\(token)", "score=9").status == .seeOther)
        }
        #expect(try await collector.queue.claim(limit: 1).count == 1)
        await collector.end()
    }

    @Test("a scanner that opens all scores and waits is held, however patient it is")
    func patientScanner() async throws {
        var collector = try collector()
        let now = CollectorFixture.now
        collector.dependencies.now = { now }
        try await collector.publicly { client async throws in
            for score in 0...10 { #expect(try await client.get("/s/\(token)/\(score)").status == .ok) }
            let stamp = keys.seal.stamp(claims, at: now.addingTimeInterval(-4))
            #expect(try await post(client, "/s/\(token)", "score=4&issued=\(stamp)").status == .seeOther)
        }
        #expect(try await collector.queue.claim(limit: 1).isEmpty)
        #expect(try await collector.queue.show(claims.responseID)?.heldUntil != nil)
        await collector.end()
    }

    @Test("a form from before the person's answer doesn't replace it; a double click is no such form")
    func staleForm() async throws {
        let collector = try collector()
        try await collector.publicly { client async throws in
            let stale = keys.seal.stamp(claims, at: CollectorFixture.now.addingTimeInterval(-5))
            for _ in 0..<2 {
                let form = "score=9&comment=Mine&issued=\(stale)"
                #expect(try await post(client, "/s/\(token)", form).status == .seeOther)
            }
            let other = try await post(client, "/s/\(token)", "score=0&issued=\(stale)")
            #expect(other.status == .conflict)
            #expect(other.text.contains("Please send it once more"))
            #expect(other.text.contains("value=\"0\" id=\"score-0\" checked"))
        }
        let item = try await collector.queue.show(claims.responseID)
        #expect(item?.score == 9 && item?.comment == "Mine" && item?.revision == 1)
        await collector.end()
    }

    @Test("of forms printed before any answer and sent at the same time, one becomes the answer")
    func concurrentForms() async throws {
        let collector = try collector()
        try await collector.publicly { client async throws in
            let stale = keys.seal.stamp(claims, at: CollectorFixture.now.addingTimeInterval(-5))
            let statuses = try await withThrowingTaskGroup(of: HTTPResponse.Status.self) { group in
                for score in 0...10 {
                    group.addTask { try await post(client, "/s/\(token)", "score=\(score)&issued=\(stale)").status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == .seeOther } == 1)
            #expect(statuses.count { $0 == .conflict } == 10)
        }
        #expect(try await collector.queue.show(claims.responseID)?.revision == 1)
        await collector.end()
    }

    @Test(
        "a double click after a bot is one answer, whether the bot's is held or was delivered",
        arguments: [true, false]
    )
    func doubleClickAfterBot(isHeld: Bool) async throws {
        let collector = try collector()
        let queue = collector.queue
        let bot = try claims.check(asBotAt: CollectorFixture.now.addingTimeInterval(isHeld ? 0 : -3_600))
        _ = try await queue.accept([bot])
        @Sendable func deliver() async throws {
            let claims = try await queue.claim(limit: 1)
            let verdicts = claims.map {
                Verdict(id: $0.response.id, revision: $0.revision, outcome: .delivered(planhatID: nil))
            }
            try await queue.settle(verdicts)
        }
        if !isHeld { try await deliver() }
        try await collector.publicly { client async throws in
            let stamp = keys.seal.stamp(claims, at: CollectorFixture.now.addingTimeInterval(-1))
            for _ in 0..<2 {
                #expect(try await post(client, "/s/\(token)", "score=9&issued=\(stamp)").status == .seeOther)
                try await deliver()
            }
        }
        #expect(try await queue.show(claims.responseID)?.revision == 2)
        #expect(try await queue.status().delivered == 1)
        await collector.end()
    }

    @Test("a hasty double click is held once, and thanked for twice")
    func hastyDoubleClick() async throws {
        var collector = try collector()
        let now = CollectorFixture.now
        collector.dependencies.now = { now }
        try await collector.publicly { client async throws in
            let stamp = keys.seal.stamp(claims, at: now.addingTimeInterval(-1))
            for _ in 0..<2 {
                #expect(try await post(client, "/s/\(token)", "score=9&issued=\(stamp)").status == .seeOther)
            }
        }
        let item = try await collector.queue.show(claims.responseID)
        #expect(item?.heldUntil != nil && item?.revision == 1)
        await collector.end()
    }

    @Test("a comment that was emptied is asked about before the answer changes")
    func emptiedComment() async throws {
        let collector = try collector()
        try await collector.publicly { client async throws in
            let stale = keys.seal.stamp(claims, at: CollectorFixture.now.addingTimeInterval(-5))
            #expect(try await post(client, "/s/\(token)", "score=9&comment=Mine&issued=\(stale)").status == .seeOther)
            let again = try await post(client, "/s/\(token)", "score=9&comment=&issued=\(stale)")
            #expect(again.status == .conflict)
            #expect(again.text.contains(#"name="remove""#) && again.text.contains(#"name="earlier" value="unknown""#))
        }
        await collector.end()
    }

    @Test(
        "who changes only the number keeps the comment, and may replace it or take it away",
        arguments: [false, true]
    )
    func keptComment(isDelivered: Bool) async throws {
        let collector = try collector()
        let queue = collector.queue
        @Sendable func deliver() async throws -> SurveyResponse? {
            let claims = try await queue.claim(limit: 1)
            try await queue.settle(
                claims.map { Verdict(id: $0.response.id, revision: $0.revision, outcome: .delivered(planhatID: nil)) }
            )
            return claims.first?.response
        }
        try await collector.publicly { client async throws in
            func send(_ form: String) async throws {
                #expect(try await post(client, "/s/\(token)", form).status == .seeOther)
            }
            try await send("score=3&comment=Slow")
            if isDelivered {
                #expect(try await deliver()?.comment == "Slow")
                let page = try await client.get("/s/\(token)/4").text
                #expect(page.contains("If you wrote a comment before, it stays") && page.contains(#"name="remove""#))
            }
            try await send("score=4&comment=&earlier=unknown")
            let kept = try #require(try await deliver())
            #expect(kept.score.value == 4)
            #expect(kept.comment == (isDelivered ? nil : "Slow"))
            #expect(kept.keepsComment == isDelivered)
            try await send("score=4&comment=&earlier=unknown")
            #expect(try await deliver() == nil)
            try await send("score=4&comment=Better&earlier=unknown")
            #expect(try await deliver()?.comment == "Better")
            try await send("score=4&comment=&earlier=unknown&remove=1")
            let removed = try #require(try await deliver())
            #expect(removed.comment == nil && !removed.keepsComment)
        }
        await collector.end()
    }

    @Test("a person's answer takes the flag of a delivered one back, until that has arrived")
    func flagTakenBack() async throws {
        let collector = try collector()
        let item = try claims.check(asBotAt: CollectorFixture.now.addingTimeInterval(-3_600))
        _ = try await collector.queue.accept([item])
        let sent = try #require(try await collector.queue.claim(limit: 1).first)
        #expect(sent.response.custom["suspect"] == .bool(true))
        let delivered = Verdict(id: sent.response.id, revision: sent.revision, outcome: .delivered(planhatID: nil))
        try await collector.queue.settle([delivered])
        try await collector.publicly { client async throws in
            for score in [8, 7] {
                #expect(try await post(client, "/s/\(token)", "score=\(score)").status == .seeOther)
            }
            let claim = try #require(try await collector.queue.claim(limit: 1).first)
            #expect(claim.response.custom["suspect"] == .bool(false))
            #expect(claim.response.score.value == 7)
            // The bot's comment is not the person's.
            #expect(claim.response.comment == nil && !claim.response.keepsComment)
            let verdict = Verdict(id: claim.response.id, revision: claim.revision, outcome: .delivered(planhatID: nil))
            try await collector.queue.settle([verdict])
            #expect(try await post(client, "/s/\(token)", "score=6").status == .seeOther)
            #expect(try await collector.queue.claim(limit: 1).first?.response.custom.isEmpty == true)
        }
        await collector.end()
    }

    @Test("the thanks of a link nobody answered leads to its form, and after an erasure the link is gone")
    func thanks() async throws {
        let collector = try collector()
        try await collector.publicly { client async throws in
            let early = try await client.get("/s/\(token)/thanks?score=9")
            #expect(early.status == .seeOther)
            #expect(early.headers[.location] == "/s/\(token)")
            #expect(try await post(client, "/s/\(token)", "score=9").status == .seeOther)
            _ = try await collector.queue.erase(EmailAddress("ana@example.com"))
            for page in try await [client.get("/s/\(token)"), client.get("/s/\(token)/thanks?score=9")] {
                #expect(page.status == .gone)
                #expect(page.text.contains("This link is no longer active"))
            }
        }
        await collector.end()
    }

    @Test("a link whose answer was erased says so although the queue takes nothing in")
    func erasedWhileFull() async throws {
        var collector = try CollectorFixture(surveyIsOpen: false, waitingLimit: 1)
        collector.dependencies.linkKeys = keys
        collector.dependencies.now = { CollectorFixture.now.addingTimeInterval(10) }
        let queue = collector.queue
        let other = try LinkClaims(
            id: "c-18",
            email: EmailAddress("bob@example.com"),
            expiresAt: CollectorFixture.now.addingTimeInterval(3_600)
        )
        try await collector.publicly { client async throws in
            #expect(try await post(client, "/s/\(token)", "score=9").status == .seeOther)
            _ = try await queue.erase(EmailAddress("ana@example.com"))
            _ = try await queue.accept([
                FormValues(score: "9").check(answering: other, receivedAt: CollectorFixture.now, origin: .person)
            ])
            let page = try await post(client, "/s/\(token)", "score=8")
            #expect(page.status == .gone)
            #expect(page.text.contains("This link is no longer active"))
        }
        // It is shown as a link that has ended, and it was refused all the same.
        #expect(collector.metrics.text().contains(#"nps_accepts_total{source="link",outcome="refused"} 1"#))
        await collector.end()
    }

    @Test("an answer that may be a bot's is held for half an hour")
    func grace() async throws {
        let collector = try collector()
        try await collector.publicly { client async throws in
            #expect(try await post(client, "/s/\(token)", "score=0&issued=").status == .seeOther)
        }
        let item = try #require(try await collector.queue.show(claims.responseID))
        let delay = try #require(item.nextAttemptAt).timeIntervalSince(item.acceptedAt)
        #expect((AnswerOrigin.grace + 9...AnswerOrigin.grace + 11).contains(delay))
        await collector.end()
    }

    /// What somebody does with a link, in order, each after so many seconds.
    enum Step: Sendable {
        /// Opens a score, from an address.
        case open(Int, by: String = "192.0.2.1", after: TimeInterval)
        /// Sends the page that was opened last, with this score.
        case send(Int, trap: String = "", after: TimeInterval)
    }

    private static let burst: [Step] = (0...10).map { .open($0, by: "198.51.100.7", after: 0.05) }

    @Test(
        "who looks at the pages one by one and sends the newest is a person; who can't have looked is held",
        arguments: [
            ([.open(9, after: 0), .send(9, after: 1.5)], false),
            ([.open(9, after: 0), .send(9, after: 0.5)], true),
            ([.open(9, after: 0), .send(8, after: 1.5)], true),
            ([.open(8, after: 0), .open(9, after: 3), .open(10, after: 3), .send(10, after: 3)], false),
            (
                [
                    .open(8, after: 0), .open(9, by: "198.51.100.7", after: 3), .open(10, after: 3),
                    .send(10, after: 3),
                ], true
            ),
            (burst + [.send(10, after: 60)], true),
            (burst + [.open(9, after: 2), .send(9, after: 3)], false),
            (burst + [.open(9, after: 300), .send(9, after: 3)], false),
            ([.open(9, after: 0), .send(9, trap: "x", after: 3)], false),
            ([.open(9, after: 0), .send(9, trap: "x", after: 1.5)], true),
        ] as [([Step], Bool)]
    )
    func visits(steps: [Step], isHeld: Bool) async throws {
        var collector = try collector()
        // The queue goes by the real clock.
        let clock = TestClock(at: Date().timeIntervalSince1970)
        collector.dependencies.now = { clock.now }
        collector.dependencies.proxies = TrustedProxies(try [#require(AddressRange("127.0.0.0/8"))])
        try await collector.publicly { client async throws in
            var stamp = ""
            for step in steps {
                switch step {
                case .open(let score, let address, let seconds):
                    clock.advance(by: seconds)
                    let page = try await client.get("/s/\(token)/\(score)", from: address)
                    stamp = try #require(page.text.firstMatch(of: #/name="issued" value="([^"]+)"/#)).output.1
                        .description
                case .send(let score, let trap, let seconds):
                    clock.advance(by: seconds)
                    let form = "score=\(score)&nps_blank=\(trap)&issued=\(stamp)"
                    let answer = try await client.submit(form, to: "/s/\(token)", from: "192.0.2.1")
                    #expect(answer.status == .seeOther)
                }
            }
        }
        #expect((try await collector.queue.show(claims.responseID)?.heldUntil != nil) == isHeld)
        await collector.end()
    }

    @Test("under a base path every address of the form stands under it")
    func basePath() async throws {
        let collector = try collector(publicURL: "https://nps.example.com/a/b")
        try await collector.publicly { client async throws in
            for prefix in ["", "/a/b"] {
                #expect(try await client.get("\(prefix)/s/\(token)").text.contains("action=\"/a/b/s/\(token)\""))
            }
            let answer = try await post(client, "/s/\(token)?lang=en", "score=9")
            #expect(answer.headers[.location] == "/a/b/s/\(token)/thanks?score=9&lang=en")
        }
        await collector.end()
    }

    @Test("without keys every link is unknown")
    func noKeys() async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in
            #expect(try await client.get("/s/\(token)").status == .notFound)
        }
        await collector.end()
    }
}

extension LinkClaims {
    fileprivate func check(asBotAt date: Date) throws -> Submission {
        try FormValues(score: "1", comment: "Pills").check(
            answering: self,
            receivedAt: date,
            origin: .bot
        )
    }
}
