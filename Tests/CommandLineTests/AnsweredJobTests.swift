import Foundation
import NPSModel
import NPSQueue
import NPSSurvey
import Testing

@testable import nps_collector

@Suite("Who has answered")
struct AnsweredJobTests {
    private let keys: LinkKeys
    private static let date = Date(timeIntervalSince1970: 1_800_000_000)

    init() throws {
        keys = try LinkKeys(["k1:" + Base64URL.encode((0..<32).map { UInt8($0) })])
    }

    private final class Seen {
        var output = ""
        var said: [String] = []
        var asked: [[ResponseID]] = []
    }

    private func claims(_ id: String, _ email: String, survey: String? = "q4") throws -> LinkClaims {
        // Long expired: that says nothing about the answer.
        try LinkClaims(
            id: id,
            email: EmailAddress(email),
            expiresAt: Date(timeIntervalSince1970: 1_000_000),
            survey: survey
        )
    }

    private func link(_ id: String, _ email: String) throws -> String {
        try "https://nps.example.com/a/s/" + keys.mint(claims(id, email))
    }

    private func run(
        _ csv: String,
        survey: String? = nil,
        leavesOutAnswered: Bool = false,
        known: [AnsweredResponse]
    ) async throws -> (seen: Seen, counts: AnsweredJob.Counts) {
        let seen = Seen()
        var job = AnsweredJob(
            keys: keys,
            survey: survey,
            leavesOutAnswered: leavesOutAnswered,
            say: { seen.said.append($0) },
            write: { seen.output += String(decoding: $0, as: UTF8.self) },
            ask: { ids in
                seen.asked.append(ids)
                return known.filter { ids.contains($0.id) }
            }
        )
        try await job.read(Array(csv.utf8))
        try await job.end()
        return (seen, job.counts)
    }

    @Test("is told by the links of the list, or by its ids")
    func told() async throws {
        let answered = try AnsweredResponse(id: claims("1", "ada@example.com").responseID, answeredAt: Self.date)
        let erased = try AnsweredResponse(id: claims("3", "cy@example.com").responseID, answeredAt: nil)
        let rows = try [
            "email;link", "ada@example.com;\(link("1", "ada@example.com"))",
            "bo@example.com;\(link("2", "bo@example.com"))",
            "cy@example.com;\(link("3", "cy@example.com"))",
        ]
        let known = [answered, erased]
        let byLink = try await run(rows.joined(separator: "\n"), known: known)
        let column = ["answered", "2027-01-15T08:00:00.000Z", "", "erased"]
        #expect(byLink.seen.output == zip(rows, column).map { "\($0);\($1)\n" }.joined())
        #expect(byLink.counts == AnsweredJob.Counts(answered: 1, silent: 1, erased: 1))
        #expect(byLink.seen.said == ["1 answered, 1 did not, 1 erased their answer."])

        let contacts = "email,id\nada@example.com,1\nbo@example.com,2\ncy@example.com,3\ndee@example.com,\n"
        let byID = try await run(contacts, survey: "q4", known: known)
        #expect(byID.seen.output.contains("ada@example.com,1,2027-01-15T08:00:00.000Z\nbo@example.com,2,\n"))
        #expect(byID.counts == AnsweredJob.Counts(answered: 1, silent: 1, erased: 1, unknown: 1))
        #expect(byID.seen.said.first?.hasPrefix("line 5: has neither a link that the keys open nor an id") == true)
        // Another survey's answers are others.
        let other = try await run(contacts, survey: "q3", known: known)
        #expect(other.counts == AnsweredJob.Counts(silent: 3, unknown: 1))
    }

    @Test("leaves those to remind, again and again")
    func remaining() async throws {
        let answered = try AnsweredResponse(id: claims("1", "ada@example.com").responseID, answeredAt: Self.date)
        let contacts = "email,answered,id\nada@example.com,,1\nbo@example.com,2020-01-01,2\n"
        let result = try await run(contacts, survey: "q4", leavesOutAnswered: true, known: [answered])
        #expect(result.seen.output == "email,answered,id\nbo@example.com,,2\n")
    }

    @Test("isn't guessed by an id where the link can't be opened, and such a contact isn't left to remind")
    func damagedLink() async throws {
        let damaged = try String(link("1", "ada@example.com").dropLast(5))
        let csv = "email,id,link\nada@example.com,1,\(damaged)\n"
        let result = try await run(csv, leavesOutAnswered: true, known: [])
        #expect(result.seen.asked.isEmpty && result.counts == AnsweredJob.Counts(unknown: 1))
        #expect(result.seen.output == "email,id,link,answered\n")
        let answered = try AnsweredResponse(id: claims("1", "ada@example.com").responseID, answeredAt: Self.date)
        #expect(try await run(csv, survey: "q4", known: [answered]).counts.answered == 1)
    }

    @Test("can't be told of somebody whose address is none, and without a survey's name that is said")
    func unclear() async throws {
        let csv = "email,id\nada@example.com,1\nnot-an-address,20\n"
        let nameless = try await run(csv, known: [])
        #expect(nameless.seen.said.first?.hasPrefix("line 3: email needs exactly one @") == true)
        #expect(nameless.seen.said.first?.hasSuffix(", so nobody can tell") == true, "\(nameless.seen.said)")
        #expect(nameless.counts == AnsweredJob.Counts(silent: 1, unknown: 1))
        #expect(nameless.seen.said[1].hasPrefix("1 contact was looked for by id and address alone"))
        let named = try await run(csv, survey: "q4", known: [])
        #expect(!named.seen.said.contains { $0.contains("alone") })
        let linked = try await run("email,link\nada@example.com,\(link("1", "ada@example.com"))\n", known: [])
        #expect(linked.seen.said == ["0 answered, 1 did not."])
    }

    @Test("is asked for a bounded part of the list at a time, and never for what nobody can tell")
    func parts() async throws {
        let rows = (0..<1_001).map { "p\($0)@example.com,\($0)" }.joined(separator: "\n")
        let result = try await run("email,id\n" + rows, survey: "q4", known: [])
        #expect(result.seen.asked.map(\.count) == [500, 500, 1])
        let none = try await run("email\nada@example.com\n", known: [])
        #expect(none.seen.asked.isEmpty && none.counts.unknown == 1)
        await #expect(throws: LinkJob.Failure.self) { try await run("", known: []) }
    }
}
