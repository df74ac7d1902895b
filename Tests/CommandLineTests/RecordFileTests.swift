import Foundation
import NPSModel
import PlanhatAPI
import TestSupport
import Testing

@testable import nps_collector

@Suite("Files of records")
struct RecordFileTests {
    /// What a file of this name and text is read as.
    private func read(_ name: String, _ text: String) throws -> [RecordRow] {
        let directory = try TemporaryDirectory([name: text])
        return try RecordFile.read(directory.path(name))
    }

    @Test(
        "JSON, JSON Lines and CSV say the same",
        arguments: [
            (
                "a.json",
                #"[{"email":"ana@example.com","score":0,"comment":"No,\n\"thanks\"","sourceId":"s1","cId":""}]"#
            ),
            (
                "a.JSONL",
                "\r\n" + #"{"email":"ana@example.com","score":"0","comment":"No,\n\"thanks\"","sourceId":"s1"}"#
            ),
            ("a.csv", "score,email,comment,sourceId,cId\r\n0,ana@example.com,\"No,\n\"\"thanks\"\"\",s1,\r\n"),
        ]
    )
    func formats(name: String, text: String) throws {
        let rows = try read(name, text)
        let row = try #require(rows.first)
        #expect(rows.count == 1)
        #expect(row.problem == nil)
        #expect(
            row.draft.json
                == .object([
                    "email": .string("ana@example.com"), "score": .integer(0), "sourceId": .string("s1"),
                    "comment": .string("No,\n\"thanks\""),
                ])
        )
    }

    @Test("a line of JSON Lines ends in a line feed and in nothing else, and is counted as an editor does")
    func lines() throws {
        let line = "{\"email\":\"ana@example.com\",\"score\":1,\"comment\":\"a\u{2028}b\u{85}c\"}"
        let rows = try read("a.jsonl", "\(line)\n\n\(line)\n[\n")
        #expect(rows.map(\.number) == [1, 3, 4])
        #expect(rows.map { $0.problem == nil } == [true, true, false])
        #expect(rows.first?.draft.comment == "a\u{2028}b\u{85}c")
    }

    @Test(
        "each wrong row says what is wrong, without the value",
        arguments: [
            ("ana@example.com,11,,s", "score must be a whole number from 0 to 10"),
            ("ana@example,9,,s", "email needs a full domain after the @, as in example.com"),
            ("ana@example.com,9,soon,s", "dateAnswered must be an ISO 8601 date"),
            ("ana@example.com,,,", "the row needs email and score, or a sourceId"),
            ("ana@example.com,9", "has 2 cells, the header has 4"),
            ("ana@example.com,9,,s,more", "has 5 cells, the header has 4"),
        ]
    )
    func problems(row: String, problem: String) throws {
        let rows = try read("a.csv", "email,score,dateAnswered,sourceId\n\(row)\n")
        #expect(rows.map(\.problem) == [problem])
    }

    @Test("an id of Planhat's own and misspelt columns are no fields of a row", arguments: ["_id", "Email", "euId"])
    func unknownField(name: String) throws {
        let rows = try read("a.csv", "sourceId,\(name)\ns1,x\n")
        #expect(rows.first?.problem == "the row has a field that NPS records don't have")
    }

    @Test(
        "a file that can't be read at all says why",
        arguments: [
            ("a.txt", "x"), ("a", "x"), ("a.json", "{}"), ("a.json", "[{"), ("a.json", ""), ("a.csv", "a,a\n1,2"),
            ("a.csv", "a\n\"b"),
        ]
    )
    func unreadable(name: String, text: String) {
        #expect(throws: RecordFile.Failure.self) { try read(name, text) }
    }

    @Test(
        "a file without rows is none",
        arguments: [("a.csv", ""), ("a.csv", "email,score\n"), ("a.json", "[]"), ("a.jsonl", "")]
    )
    func noRows(name: String, text: String) throws {
        #expect(try read(name, text).isEmpty)
    }
}
