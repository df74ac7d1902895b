import NPSModel
import Testing

@testable import nps_collector

@Suite("Columns for custom properties")
struct CustomColumnTests {
    @Test("have a property, a kind and a name")
    func list() throws {
        let columns = try CustomColumn.list("plan,region=Region,Has Influence?:boolean=Influence, seats:number")
        #expect(columns.map(\.property) == ["plan", "region", "Has Influence?", "seats"])
        #expect(columns.map(\.column) == ["plan", "Region", "Influence", "seats"])
        #expect(columns.map(\.kind) == [.text, .text, .boolean, .number])
    }

    @Test(
        "that can't be read are told with what to write",
        arguments: [
            ("", "must be the name of a custom field"), ("plan,", "must be the name"), ("a.b", "must be the name"),
            ("suspect", "must be the name"), ("plan:date", "knows the kinds text, number, boolean"),
            ("plan=", "names no column for plan"), ("plan,plan=Plan", "names plan twice"),
            ((1...21).map { "p\($0)" }.joined(separator: ","), "at most 20"),
        ]
    )
    func mistakes(text: String, sentence: String) {
        let mistake = #expect(throws: CustomColumn.Mistake.self) { try CustomColumn.list(text) }
        #expect(mistake?.sentence.contains(sentence) == true, "\(mistake?.sentence ?? "-")")
    }

    @Test(
        "have values of their kind alone",
        arguments: [
            ("n:number", "-3", .integer(-3)), ("n:number", "0.5", .number(0.5)), ("n:number", "1e3", nil),
            ("n:number", "nan", nil), ("n:number", "1,5", nil), ("b:boolean", "NO", .bool(false)),
            ("b:boolean", "2", nil),
            ("t", "007", .string("007")), ("t", String(repeating: "x", count: 201), nil),
        ] as [(String, String, JSONValue?)]
    )
    func values(column: String, cell: String, value: JSONValue?) throws {
        #expect(try CustomColumn.list(column)[0].value(cell) == value)
    }
}
