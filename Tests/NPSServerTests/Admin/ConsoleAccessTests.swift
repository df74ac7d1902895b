import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import TestSupport
import Testing

@testable import NPSServer

@Suite("Access to the operators' pages")
struct ConsoleAccessTests {
    private static let password = "Basic " + Data("ana:kanarienvogel".utf8).base64EncodedString()

    private let clock = TestClock()
    private let logs = RecordedLogs()
    private let metrics = RecordedMetrics()

    private func access(token: String? = "kanarienvogel") -> ConsoleAccess {
        let refusals = AdminRefusals(factory: metrics, logger: logs.logger)
        let limit = SignInLimit(now: { [clock] in clock.instant })
        let credentials = AdminCredentials(token: token, limit: limit, refusals: refusals)
        return ConsoleAccess(credentials: credentials, refusals: refusals) { refusal, request in
            Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "\(refusal) \(request.uri.path)")))
        }
    }

    private func status(
        _ method: HTTPRequest.Method,
        host: String = "127.0.0.1:8081",
        _ fields: [String: String]
    ) async throws -> Int {
        let fields = fields.merging(["Authorization": Self.password]) { given, _ in given }
        return try await access().answer(to: .asked("/console/parked", by: method, host: host, fields)).status.code
    }

    @Test("a browser is asked for the password, and told how to come by it when there is none")
    func signIn() async throws {
        let asked = try await access().answer(to: .asked("/"))
        #expect(asked.status == .unauthorized)
        #expect(asked.headers[.wwwAuthenticate] == #"Basic realm="nps-collector", charset="UTF-8""#)
        let wrong = try await access().answer(to: .asked("/", ["Authorization": "Basic eDp5"]))
        #expect(wrong.status == .unauthorized && wrong.headers.contains(.wwwAuthenticate))
        let closed = try await access(token: nil).answer(to: .asked("/", ["Authorization": Self.password]))
        #expect(closed.status == .forbidden && !closed.headers.contains(.wwwAuthenticate))
        let signedIn = try await access().answer(to: .asked("/", ["Authorization": Self.password]))
        #expect(signedIn.status == .ok)
        let program = try await access().answer(to: .asked("/", ["Authorization": "Bearer kanarienvogel"]))
        #expect(program.status == .ok)
    }

    @Test("after too many wrong passwords the page says when to try again")
    func tooMany() async throws {
        let access = access()
        for guess in 0..<10 {
            let password = "Basic " + Data("ana:\(guess)".utf8).base64EncodedString()
            _ = try await access.answer(to: .asked("/", ["Authorization": password]))
        }
        let refused = try await access.answer(to: .asked("/", ["Authorization": Self.password]))
        #expect(refused.status == .tooManyRequests && refused.headers[.retryAfter] == "6")
        #expect(!refused.headers.contains(.wwwAuthenticate))
        // Without a password nothing is tried.
        #expect(try await access.answer(to: .asked("/")).status == .unauthorized)
        clock.advance(by: 6)
        #expect(try await access.answer(to: .asked("/", ["Authorization": Self.password])).status == .ok)
    }

    @Test(
        "what changes something is taken from our own pages",
        arguments: [
            ["Sec-Fetch-Site": "same-origin"],
            ["Origin": "http://127.0.0.1:8081"],
            ["Origin": "https://127.0.0.1:8081"],
            ["Origin": "http://127.0.0.1:8081", "Sec-Fetch-Site": "same-origin"],
        ]
    )
    func own(fields: [String: String]) async throws {
        #expect(try await status(.post, fields) == 200)
    }

    @Test(
        "and from nowhere else, whatever the method",
        arguments: [
            [:], ["Sec-Fetch-Site": "same-site"], ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "none"],
            ["Sec-Fetch-Site": ""], ["Sec-Fetch-Site": "same-origin, cross-site"], ["Origin": "null"], ["Origin": ""],
            ["Origin": "http://127.0.0.1"], ["Origin": "http://127.0.0.1:8080"], ["Origin": "http://localhost:8081"],
            ["Origin": "http://127.0.0.1:8081.evil.example"], ["Origin": "http://evil.example:8081"],
            ["Origin": "http://evil.example/http://127.0.0.1:8081"], ["Origin": "127.0.0.1:8081"],
            ["Origin": "ftp://127.0.0.1:8081"], ["Origin": "http://127.0.0.1:8081, http://evil.example"],
            ["Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"],
            ["Origin": "null", "Sec-Fetch-Site": "same-origin"],
            ["Origin": "http://127.0.0.1:8081", "Sec-Fetch-Site": "cross-site"],
            ["Referer": "http://127.0.0.1:8081/"],
        ] as [[String: String]]
    )
    func foreign(fields: [String: String]) async throws {
        for method in [.post, .put, .delete, .patch, .options] as [HTTPRequest.Method] {
            #expect(try await status(method, fields) == 403)
        }
        #expect(metrics["nps_admin_refusals_total origin"] == 5)
        for method in [.get, .head] as [HTTPRequest.Method] { #expect(try await status(method, fields) == 200) }
    }

    @Test("the port that goes without saying may be said, and a name has no case")
    func ports() async throws {
        let pairs = [
            ("https://nps.example.com", "nps.example.com"), ("https://nps.example.com", "NPS.example.com:443"),
            ("http://nps.example.com", "nps.example.com:80"), ("http://[::1]:8081", "[::1]:8081"),
        ]
        for (origin, host) in pairs { #expect(try await status(.post, host: host, ["Origin": origin]) == 200) }
        let strangers = [("https://nps.example.com", "nps.example.com:80"), ("http://", ""), ("http://:80", "")]
        for (origin, host) in strangers { #expect(try await status(.post, host: host, ["Origin": origin]) == 403) }
    }

    @Test("another site's page can't have passwords tried, nor learn whether one is right")
    func foreignGuess() async throws {
        let access = access()
        for _ in 0..<20 {
            let guess = Request.asked("/", by: .post, ["Authorization": "Basic eDp5", "Origin": "http://evil.example"])
            #expect(try await access.answer(to: guess).status == .forbidden)
        }
        #expect(try await access.answer(to: .asked("/", ["Authorization": Self.password])).status == .ok)
        #expect(metrics["nps_admin_refusals_total credentials"] == 0)
    }

    @Test("browsers name the origin of our own forms, whatever else a page asks of them")
    func referrer() async throws {
        let name = try #require(HTTPField.Name("Referrer-Policy"))
        for fields in [[:], ["Authorization": Self.password]] {
            #expect(try await access().answer(to: .asked("/", fields)).headers[name] == "same-origin")
        }
    }

    @Test(
        "the pages are the start and what is below /console",
        arguments: ["/", "//", "/?x", "/console", "//console/x", "/console/%2e"]
    )
    func pages(path: String) async throws {
        #expect(try await access().answer(to: .asked(path)).status == .unauthorized)
    }

    @Test("other routes see to themselves", arguments: ["/livez", "/consoles", "/queue/status", "/x/console"])
    func others(path: String) async throws {
        #expect(try await access().answer(to: .asked(path)).status == .ok)
    }
}
