import Foundation
import NPSModel
import NPSQueue
import NPSServer
import Testing

@testable import nps_collector

@Suite("What the quarantine verbs print")
struct QuarantineTableTests {
    private let email = FieldProblem(field: "email", message: "is missing")
    private let score = FieldProblem(field: "[1].score", message: "must be a whole number from 0 to 10")

    private func entry(_ id: Int, _ problems: [FieldProblem], times: Int = 1) throws -> QuarantineEntry {
        let list = String(decoding: try JSONEncoder().encode(problems), as: UTF8.self)
        let json = """
            {"id": \(id), "source": "acme", "receivedAt": 0, "lastSeenAt": 60, "timesSeen": \(times),
             "problems": \(list), "bodySize": 2}
            """
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .secondsSince1970
        return try decoder.decode(QuarantineEntry.self, from: Data(json.utf8))
    }

    @Test("the list has a line for each field that is wrong, and the entry's own cells only on the first")
    func list() throws {
        let table = QuarantineList.table(of: [try entry(7, [email, score], times: 12), try entry(10, [email])])
        #expect(
            table.render() == """
                id  source  first seen                times  field      reason
                --  ------  ------------------------  -----  ---------  -----------------------------------
                 7  acme    1970-01-01T00:00:00.000Z     12  email      is missing
                                                             [1].score  must be a whole number from 0 to 10
                10  acme    1970-01-01T00:00:00.000Z      1  email      is missing

                """
        )
    }

    @Test("what the source advises stands once under what is wrong, also of a batch with many wrong fields")
    func advice() throws {
        let problems = (0..<9).flatMap { number in
            [
                FieldProblem(field: "[\(number)].email", message: "is missing"),
                FieldProblem(field: "[\(number)].advice", message: "Send the address, too."),
            ]
        }
        let lines = QuarantineList.table(of: [try entry(7, problems)]).render().split(separator: "\n")
        #expect(lines.count == 2 + 5 + 1 + 1)
        #expect(lines[7].hasSuffix("and 4 more: quarantine show 7"))
        #expect(lines.last?.hasSuffix("advice     Send the address, too.") == true)
        let single = try entry(7, [email, FieldProblem(field: "advice", message: "Send it.")])
        #expect(single.faults == [email])
        #expect(single.advice == ["Send it."])
    }

    @Test("a batch with many wrong fields takes a few lines and says where the rest is")
    func manyFields() throws {
        let lines = QuarantineList.table(of: [try entry(7, Array(repeating: email, count: 1_000))]).render()
            .split(separator: "\n")
        #expect(lines.count == 2 + 5 + 1)
        #expect(lines.last?.hasSuffix("and 995 more: quarantine show 7") == true)
    }

    @Test("ids that are not in quarantine are counted in a sentence")
    func unknownIDs() {
        #expect(QuarantineDiscard.problem(unknown: 1, of: 1) == "There is no payload with this id in quarantine.")
        #expect(QuarantineDiscard.problem(unknown: 1, of: 3) == "1 of the 3 ids is not in quarantine.")
        #expect(QuarantineDiscard.problem(unknown: 2, of: 3) == "2 of the 3 ids are not in quarantine.")
    }

    @Test("a replay says for each entry what it is now, or why it stays", arguments: [false, true])
    func replay(isDry: Bool) throws {
        let id = { QuarantineID(rawValue: $0) }
        let responses = ["a", "b", "c"].map { ResponseID(source: "acme", providerID: $0) }
        let table = QuarantineReplay.table(
            of: [
                .resolved(id(1), into: responses), .resolved(id(2), into: [responses[0]]), .resolved(id(3), into: []),
                .invalid(id(4), [email, score]), .failed(id(5), "Gone."),
            ],
            isDry: isDry
        )
        let lines = table.render().split(separator: "\n").dropFirst(2).map { line in
            line.split(separator: " ").joined(separator: " ")
        }
        let (would, stay) = isDry ? ("would be ", "would stay") : ("", "stays")
        let not = isDry ? "would not be accepted" : "not accepted"
        #expect(
            lines == [
                "1 \(would)accepted \(responses[0]) and 2 more", "2 \(would)accepted \(responses[0])",
                "3 \(would)ignored the mapping has no output for it",
                "4 \(stay) email is missing; [1].score must be a whole number from 0 to 10", "5 \(not) Gone.",
            ]
        )
    }
}
