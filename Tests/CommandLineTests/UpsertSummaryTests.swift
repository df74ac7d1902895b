import Foundation
import NPSModel
import PlanhatAPI
import Testing

@testable import nps_collector

@Suite("What an upsert came to")
struct UpsertSummaryTests {
    private let rows = (1...3).map { number in
        RecordRow(
            number: number,
            .object([
                "email": .string("p\(number)@example.com"), "score": .integer(9), "sourceId": .string("s\(number)"),
                "comment": .string("Comment number \(number)"),
            ])
        )
    }

    private func added(_ text: String) throws -> (summary: UpsertSummary, lines: [String]) {
        let json = try JSONValue(parsing: Data(text.utf8))
        var summary = UpsertSummary()
        let lines = summary.add(try #require(BulkResult(json, status: 200)), of: rows)
        return (summary, lines)
    }

    @Test(
        "every row is accounted for or said not to be",
        arguments: [
            (#"{"created":1,"updated":1,"nonupdates":1}"#, 0, 0), (#"{"created":3}"#, 0, 0), (#"{"created":0}"#, 0, 3),
            (#"{"created":2,"createdErrors":["bad"]}"#, 1, 0), (#"{"createdErrors":["sourceId duplicated"]}"#, 1, 2),
            (#"{"created":3,"otherErrors":["x","y"]}"#, 2, 0), (#"{"created":99}"#, 0, 0),
        ]
    )
    func accounts(text: String, failed: Int, unconfirmed: Int) throws {
        let summary = try added(text).summary
        #expect(summary.failed == failed)
        #expect(summary.unconfirmed == unconfirmed)
        #expect(summary.isComplete == (failed == 0 && unconfirmed == 0))
    }

    @Test(
        "an error is reported by its row where it can be told, and never with what the person wrote",
        arguments: [
            (#""s2 duplicated""#, "row 2: s2 duplicated"),
            (#"{"message":"bad date","sourceId":"s3"}"#, "row 3: bad date"),
            (#"{"error":"bad","item":{"email":"p1@example.com"}}"#, "row 1: bad"),
            (#""p2@example.com is unknown""#, "row 2: (…) is unknown"),
            (#""sourceId duplicated""#, "a row from 1 to 3: sourceId duplicated"),
            (#""s22 duplicated""#, "a row from 1 to 3: s22 duplicated"),
            (#""s1 and s2""#, "a row from 1 to 3: s1 and s2"),
            (#"7"#, "a row from 1 to 3: refused without a reason"),
            (#""s1: can't take Comment number 1""#, "row 1: s1: can't take (…)"),
        ]
    )
    func rowsOfErrors(entry: String, line: String) throws {
        #expect(try added(#"{"createdErrors":[\#(entry)]}"#).lines == [line])
    }
}
