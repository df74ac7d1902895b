import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import TestSupport
import Testing

@testable import NPSServer

@Suite("The operators' token")
struct AdminCredentialsTests {
    private let clock = TestClock()
    private let logs = RecordedLogs()
    private let metrics = RecordedMetrics()

    private func refusals() -> AdminRefusals {
        AdminRefusals(factory: metrics, logger: logs.logger, now: { [clock] in clock.instant })
    }

    private func credentials(_ token: String? = "kanarie:nvogel") -> AdminCredentials {
        AdminCredentials(token: token, limit: SignInLimit(now: { [clock] in clock.instant }), refusals: refusals())
    }

    private static func basic(_ text: String) -> String { "Basic " + Data(text.utf8).base64EncodedString() }

    private func verdict(
        _ field: String?,
        _ schemes: [AdminCredentials.Scheme] = [.basic, .bearer]
    ) -> AdminCredentials.Verdict {
        let request = field.map { Request.asked("/", ["Authorization": $0]) } ?? .asked("/")
        return credentials().check(request, from: Peer(testing: "127.0.0.1"), by: schemes)
    }

    @Test(
        "any user name will do, and the token may have any characters",
        arguments: [
            "Bearer kanarie:nvogel", "bearer kanarie:nvogel", basic("ana:kanarie:nvogel"), basic(":kanarie:nvogel"),
            basic("ana:kanarie:nvogel").replacing("Basic", with: "bAsIc"),
        ]
    )
    func right(field: String) {
        #expect(verdict(field) == .right)
    }

    @Test(
        "what isn't the token is wrong, however it is written",
        arguments: [
            "Bearer kanarie", "Bearer  kanarie:nvogel", "Bearer kanarie:nvogel2", "Bearer KANARIE:NVOGEL",
            basic("kanarie:nvogel"), basic("kanarienvogel"), basic("ana:"), basic(":"), "Basic ????", "Basic a",
        ]
    )
    func wrong(field: String) {
        #expect(verdict(field) == .wrong)
        #expect(metrics["nps_admin_refusals_total credentials"] == 1)
    }

    @Test(
        "no credentials are no attempt",
        arguments: [nil, "", "Bearer", "Digest x", "Bearerkanarie:nvogel", "kanarie:nvogel", "Negotiate abc"]
            as [String?]
    )
    func missing(field: String?) {
        #expect(verdict(field) == .missing)
        #expect(metrics.all("nps_admin_refusals_total").isEmpty)
    }

    @Test("programs' routes don't take what a browser sends by itself")
    func bearer() {
        #expect(verdict(Self.basic("ana:kanarie:nvogel"), [.bearer]) == .missing)
    }

    @Test("without a token in the settings nobody gets in", arguments: ["Bearer ", "Basic Og==", "Basic YTo="])
    func closed(field: String) {
        let request = Request.asked("/", ["Authorization": field])
        let verdict = credentials(nil).check(request, from: Peer(testing: "127.0.0.1"), by: [.basic, .bearer])
        #expect(verdict == .closed)
    }

    @Test("after ten wrong tokens the right one isn't looked at, until some time has passed")
    func limited() {
        let credentials = credentials()
        func check(_ token: String) -> AdminCredentials.Verdict {
            let request = Request.asked("/", ["Authorization": "Bearer " + token])
            return credentials.check(request, from: Peer(testing: "127.0.0.1"), by: [.bearer])
        }
        #expect((0..<10).allSatisfy { check("kanarienvogel\($0)") == .wrong })
        #expect(check("kanarie:nvogel") == .tooMany(seconds: 6))
        clock.advance(by: 6)
        #expect(check("kanarie:nvogel") == .right)
        #expect(metrics["nps_admin_refusals_total credentials"] == 10)
        #expect(metrics["nps_admin_refusals_total rate"] == 1)
    }

    @Test("the log tells of it once a minute, how often, and nothing of what was sent")
    func logged() {
        let refusals = refusals()
        for _ in 0..<500 { refusals.note(.credentials) }
        refusals.note(.host)
        clock.advance(by: 59)
        refusals.note(.credentials)
        #expect(logs.lines.count == 2)
        clock.advance(by: 1)
        refusals.note(.credentials)
        #expect(logs.lines.count == 3)
        #expect(logs.lines.last?.contains("501") == true)
        #expect(!logs.lines.joined().contains("kanarie"))
    }

    @Test("the token is asked for in the way of the route")
    func challenge() async throws {
        let token = AdminToken(credentials: credentials())
        let problem = await #expect(throws: Problem.self) { try await token.answer(to: .asked("/queue/status")) }
        #expect(problem?.response.headers[.wwwAuthenticate] == #"Bearer realm="nps-collector""#)
        let right = Request.asked("/queue/status", ["Authorization": "Bearer kanarie:nvogel"])
        #expect(try await token.answer(to: right).status == .ok)
    }
}
