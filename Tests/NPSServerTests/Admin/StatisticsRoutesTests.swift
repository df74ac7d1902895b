import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import NIOCore
import NPSModel
import NPSQueue
import TestSupport
import Testing

@testable import NPSServer

@Suite("The routes of statistics and of the audit log")
struct StatisticsRoutesTests {
    private let authorized: HTTPFields = [.authorization: "Bearer " + CollectorFixture.adminToken]

    private func get(_ path: String, _ check: @escaping @Sendable (TestResponse) throws -> Void) async throws {
        let collector = try CollectorFixture()
        var dependencies = collector.admin
        dependencies.now = { CollectorFixture.now }
        try await CollectorFixture(replacing: dependencies, in: collector).administratively { client async throws in
            try check(try await client.executeRequest(uri: path, method: .get, headers: authorized, body: nil))
        }
        await collector.end()
    }

    @Test("a report is of about a year unless the request says otherwise")
    func days() async throws {
        let days = TallySelection.year(through: Day(CollectorFixture.now))
        try await get("/queue/stats") { answer in
            let report = try answer.json()
            #expect(report["from"] == .string(days.lowerBound.text) && report["to"] == .string(days.upperBound.text))
            #expect(report["overall"]?["answers"] == .integer(0))
        }
        try await get("/queue/stats?from=2026-01-31&to=2026-02-01&survey=~&campaign=a%20b&source=survey") { answer in
            let report = try answer.json()
            #expect(report["from"] == .string("2026-01-31") && report["to"] == .string("2026-02-01"))
        }
        try await get("/queue/tallies?to=2026-02-01") { #expect($0.text == "[]") }
    }

    @Test(
        "what makes no sense is refused",
        arguments: [
            "/queue/stats?from=yesterday", "/queue/stats?from=2026-02-30",
            "/queue/tallies?from=2026-02-02&to=2026-02-01",
            "/queue/audit?limit=0", "/queue/audit?action=hide",
        ]
    )
    func mistakes(path: String) async throws {
        try await get(path) { #expect($0.status == .badRequest) }
    }

    @Test("the report has the numbers of each part, to one decimal place")
    func report() throws {
        let day = try #require(Day("2026-11-30"))
        let scores = [(10, 20), (8, 9), (3, 7)]
        let counts = try scores.map { value, count in
            let tally = Tally(day: day, score: try #require(Score(value)), survey: "spring")
            return TallyCount(tally, source: "link", count: count)
        }
        let selection = TallySelection(from: day, through: day)
        let report = StatisticsReport(NPSStatistics(counts, of: selection), of: selection)
        #expect(report.overall.answers == 36 && report.overall.score == 36.1)
        #expect(report.overall.marginOfError == 24.7 && report.overall.caveat == .wideMargin)
        #expect(report.overall.distribution == [0, 0, 0, 7, 0, 0, 0, 0, 9, 0, 20])
        #expect(report.weeks.map(\.name) == ["2026-11-30"] && report.sources.map(\.name) == ["link"])
        #expect(report.surveys.map(\.name) == ["spring"] && report.campaigns.map(\.name) == [nil])
        let decoded = try JSONDecoder().decode(StatisticsReport.self, from: try JSONEncoder().encode(report))
        #expect(decoded == report)
    }

    @Test("both need the token")
    func token() async throws {
        let collector = try CollectorFixture()
        try await collector.administratively { client async throws in
            for path in ["/queue/stats", "/queue/tallies", "/queue/audit"] {
                let refused = try await client.executeRequest(uri: path, method: .get, headers: [:], body: nil)
                #expect(refused.status == .unauthorized)
                #expect(refused.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
            }
        }
        await collector.end()
    }

    @Test("no GET changes anything: what does takes POST alone")
    func onlyPosts() async throws {
        let collector = try CollectorFixture()
        let paths = [
            "/queue/retry", "/queue/erase", "/queue/erase/confirm", "/queue/share", "/quarantine/discard",
            "/quarantine/replay", "/queue/search",
        ]
        try await collector.administratively { client async throws in
            for path in paths {
                for method in [.get, .head, .put, .delete] as [HTTPRequest.Method] {
                    let answer = try await client.executeRequest(
                        uri: path + "?ids=1&_method=POST",
                        method: method,
                        headers: authorized,
                        body: nil
                    )
                    #expect(answer.status.code >= 400, "\(method) \(path)")
                }
            }
        }
        await collector.end()
    }
}
