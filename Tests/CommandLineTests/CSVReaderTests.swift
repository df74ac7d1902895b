import TestSupport
import Testing

@testable import nps_collector

@Suite("CSV")
struct CSVReaderTests {
    @Test(
        "cells are read as RFC 4180 has them",
        arguments: [
            ("a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]), ("a,b\n1,2", [["a", "b"], ["1", "2"]]),
            ("a,b\r1,2\r", [["a", "b"], ["1", "2"]]), ("a,,b,\n", [["a", "", "b", ""]]), ("\"a,b\",c", [["a,b", "c"]]),
            ("\"say \"\"hi\"\"\",c", [["say \"hi\"", "c"]]), ("\"two\r\nlines\",c\n", [["two\r\nlines", "c"]]),
            ("\"\"\n\"\",\"\"", [["", ""]]), ("\u{FEFF}a,b", [["a", "b"]]), ("a\n\n\r\nb\n", [["a"], ["b"]]),
            ("", []), (",", [["", ""]]), ("é,日本,🙂", [["é", "日本", "🙂"]]), ("5\" disk,x", [["5\" disk", "x"]]),
            (" \"a\" ,b", [[" \"a\" ", "b"]]), ("\"a\r\nb\"\r\nc", [["a\r\nb"], ["c"]]),
        ] as [(String, [[String]])]
    )
    func rows(text: String, rows: [[String]]) throws {
        #expect(try CSVReader.rows(text) == rows)
    }

    @Test(
        "what can't be CSV is refused with its line",
        arguments: [
            ("a\nb,\"c\nd", "the quote opened in line 2 is never closed"),
            ("a\n\"b\"c\n", "in line 2 text follows a closing quote"),
            ("\"", "the quote opened in line 1 is never closed"),
        ]
    )
    func refused(text: String, sentence: String) {
        let failure = #expect(throws: CSVReader.Failure.self) { try CSVReader.rows(text) }
        #expect(failure?.description == sentence)
    }

    @Test(
        "a cell that a spreadsheet would run as a formula gets an apostrophe, whatever is behind its first sign",
        arguments: [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=\u{301}1", "+\u{20dd}1", "-\u{fe0f}1", "@\u{200d}x",
            "＝1+1", "＠x",
        ]
    )
    func formulas(text: String) throws {
        #expect(try CSVReader.rows(CSVCell.quoted(text)) == [["'" + text]])
        #expect(try CSVReader.rows(CSVCell.quoted("\r\n" + text)) == [["'\r\n" + text]])
    }

    @Test(
        "a cell comes back as it was, also where a quote or a line end is part of a character",
        arguments: ["a", "a,b", "say \"hi\"", "\"\u{301},=1+1", "a\"\u{20dd}\"", "two\r\nlines", "\u{301}\"", "1 = 1"]
    )
    func verbatim(text: String) throws {
        let rows = try CSVReader.rows(CSVCell.verbatim(text) + ",x")
        #expect(rows.map { $0.map { Array($0.utf8) } } == [[Array(text.utf8), Array("x".utf8)]])
    }

    @Test("a hundred thousand rows are read in a moment", .hangGuard)
    func many() throws {
        let row = "ana@example.com,9,\"Fast, and \"\"nice\"\"\n\",nps1-0123456789abcdef0123456789abcdef\n"
        let rows = try CSVReader.rows(String(repeating: row, count: 100_000))
        #expect(rows.count == 100_000)
        #expect(rows.last?[2] == "Fast, and \"nice\"\n")
    }
}
