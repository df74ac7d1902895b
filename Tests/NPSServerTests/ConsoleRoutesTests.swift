import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import NIOCore
import NIOEmbedded
import NPSConsole
import NPSModel
import NPSQueue
import TestSupport
import Testing

@testable import NPSServer

@Suite("The routes of the operators' pages")
struct ConsoleRoutesTests {
    private let authorized: HTTPFields = [.authorization: "Bearer " + CollectorFixture.adminToken]

    private func withConsole(
        _ collector: CollectorFixture,
        _ talk: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        var admin = collector.admin
        admin.formAddress = "https://nps.example.com/survey"
        try await CollectorFixture(replacing: admin, in: collector).administratively(talk)
    }

    @Test("the overview says how the collector is, and asks to be renewed unless it is told to stand still")
    func overview() async throws {
        let collector = try CollectorFixture()
        try await withConsole(collector) { client async throws in
            let page = try await client.executeRequest(uri: "/", method: .get, headers: authorized, body: nil)
            #expect(page.status == .ok)
            #expect(page.headers[values: try #require(HTTPField.Name("Refresh"))] == ["60"])
            #expect(page.text.contains("https://nps.example.com/survey"))
            #expect(page.text.contains("Check the token."))
            let still = try await client.executeRequest(uri: "/?still=1", method: .get, headers: authorized, body: nil)
            #expect(still.headers[try #require(HTTPField.Name("Refresh"))] == nil)
            var german = authorized
            german[.acceptLanguage] = "de-AT, en;q=0.5"
            let other = try await client.executeRequest(uri: "/", method: .get, headers: german, body: nil)
            #expect(other.text.contains("<html lang=\"de\""))
            #expect(other.headers[.contentLanguage] == "de")
        }
        await collector.end()
    }

    @Test("every page comes, and none without the token")
    func pages() async throws {
        let collector = try CollectorFixture()
        try await withConsole(collector) { client async throws in
            for path in ["/", "/console/nps", "/console/nps?period=month&survey=a+b&source=%zz", "/console/sources"] {
                let page = try await client.executeRequest(uri: path, method: .get, headers: authorized, body: nil)
                #expect(page.status == .ok, "\(path)")
                #expect(page.headers[.contentType] == "text/html; charset=utf-8")
                #expect(page.headers[.cacheControl] == "no-store")
                let refused = try await client.executeRequest(uri: path, method: .get, headers: [:], body: nil)
                #expect(refused.status == .unauthorized, "\(path)")
                #expect(!refused.text.contains("class=\"card"))
                #expect(refused.text.contains("Sign in") && refused.headers[.cacheControl] == "no-store")
            }
        }
        await collector.end()
    }

    @Test("the score is read once for many who look, and an erasure shows at once")
    func keptCounts() async throws {
        let collector = try CollectorFixture()
        func answer(_ number: Int) throws -> Submission {
            let text = #"{"id":"r\#(number)","email":"p\#(number)@example.com","score":9}"#
            let draft = ResponseDraft(try JSONValue(parsing: Data(text.utf8)))
            return try draft.check(source: "standard", receivedAt: CollectorFixture.now)
        }
        _ = try await collector.queue.accept([try answer(1), try answer(2)])
        let erasure = #"{"email":"p1@example.com"}"#
        var admin = collector.admin
        admin.now = { CollectorFixture.now }
        admin.countsAge = .seconds(3_600)
        let later = [try answer(3), try answer(4)]
        try await CollectorFixture(replacing: admin, in: collector).administratively { client async throws in
            func page() async throws -> String {
                try await client.executeRequest(uri: "/console/nps", method: .get, headers: authorized, body: nil).text
            }
            #expect(try await page().contains("Answers: 2<"))
            _ = try await collector.queue.accept(later)
            #expect(try await page().contains("Answers: 2<"), "it was read a moment ago")
            var headers = authorized
            headers[.contentType] = "application/json"
            let erased = try await client.executeRequest(
                uri: "/queue/erase",
                method: .post,
                headers: headers,
                body: ByteBuffer(string: erasure)
            )
            #expect(erased.status == .ok)
            #expect(try await page().contains("Answers: 3<"), "two came, one is gone")
        }
        await collector.end()
    }

    @Test("who is wrong at the pages doesn't keep programs out, nor the other way round", arguments: [true, false])
    func separate(pagesFirst: Bool) async throws {
        let collector = try CollectorFixture()
        var admin = collector.admin
        let clock = TestClock()
        admin.instant = { clock.instant }
        try await CollectorFixture(replacing: admin, in: collector).administratively { client async throws in
            func status(_ path: String, _ token: String) async throws -> Int {
                let headers: HTTPFields = [.authorization: "Bearer " + token]
                let answer = try await client.executeRequest(uri: path, method: .get, headers: headers, body: nil)
                return answer.status.code
            }
            let paths = pagesFirst ? ["/", "/queue/status"] : ["/queue/status", "/"]
            for guess in 0..<10 { #expect(try await status(paths[0], "kanarienvogel\(guess)") == 401) }
            #expect(try await status(paths[0], CollectorFixture.adminToken) == 429)
            #expect(try await status(paths[1], CollectorFixture.adminToken) == 200)
        }
        await collector.end()
    }

    @Test("whoever comes with a browser under a foreign name gets a page")
    func foreignHost() async throws {
        let collector = try CollectorFixture()
        let responder = AdminListener.router(collector.admin, logger: .silent).buildResponder()
        let context = Connection.$current.withValue(Connection(peer: Peer(testing: "127.0.0.1"))) {
            CollectorContext(source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: .silent))
        }
        for path in ["/", "/console/parked", "/metrics", "/nowhere"] {
            let request = Request.asked(path, host: "evil.example", ["Accept": "text/html"])
            let answer = try await responder.respond(to: request, context: context)
            #expect(answer.status == .misdirectedRequest, "\(path)")
            #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
            #expect(!answer.headers.contains(.wwwAuthenticate))
        }
        await collector.end()
    }

    @Test("all pages go by one clock")
    func clock() async throws {
        let collector = try CollectorFixture()
        var admin = collector.admin
        admin.now = { Date(timeIntervalSince1970: 1_935_630_180) }
        try await CollectorFixture(replacing: admin, in: collector).administratively { client async throws in
            for path in ["/", "/console/nps", "/console/audit", "/console/parked", "/console/person", "/console/none"] {
                let page = try await client.executeRequest(uri: path, method: .get, headers: authorized, body: nil)
                #expect(page.text.contains("2031-05-04 03:03"), "\(path)")
            }
            let refused = try await client.executeRequest(uri: "/", method: .get, headers: [:], body: nil)
            #expect(refused.text.contains("2031-05-04 03:03"))
        }
        await collector.end()
    }

    @Test("what there is no page for is said on a page")
    func unknown() async throws {
        let collector = try CollectorFixture()
        try await withConsole(collector) { client async throws in
            for path in ["/console", "/console/nowhere", "/console/nps/more"] {
                let page = try await client.executeRequest(uri: path, method: .get, headers: authorized, body: nil)
                #expect(page.status == .notFound, "\(path)")
                #expect(page.text.contains("There is no such page"), "\(path)")
            }
        }
        await collector.end()
    }

    @Test("the overview comes when the queue doesn't answer, and says so")
    func closed() async throws {
        let collector = try CollectorFixture()
        await collector.queue.close()
        try await withConsole(collector) { client async throws in
            let page = try await client.executeRequest(uri: "/", method: .get, headers: authorized, body: nil)
            #expect(page.status == .ok)
            #expect(page.text.contains("Not everything answers"))
            let numbers = try await client.executeRequest(
                uri: "/console/nps",
                method: .get,
                headers: authorized,
                body: nil
            )
            #expect(numbers.text.contains("Not everything answers"))
        }
    }

    @Test("a source is shown that was never heard of; what never was backed up is said, and what isn't known isn't")
    func sources() async throws {
        let collector = try CollectorFixture()
        // So that no busy machine wears its patience out.
        let gathering = ConsoleGathering(collector.admin, patience: .seconds(60))
        let overview = await gathering.overview()
        let source = try #require(overview.sources?.first)
        #expect(source.label == "standard" && source.isConfigured && source.record == nil)
        #expect(overview.backup == .never)
        await collector.end()
        let closed = await gathering.overview()
        #expect(closed.sources == nil && closed.backup == .unknown)
    }
}
