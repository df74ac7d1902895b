import NPSModel
import Testing

@Suite("Score")
struct ScoreTests {
    @Test(
        "whole numbers from 0 to 10 are scores in every spelling tools use",
        arguments: [
            (JSONValue.integer(0), 0), (.integer(10), 10), (.number(9.0), 9), (.string("9"), 9), (.string("0"), 0),
            (.string("10"), 10), (.string(" 7 "), 7), (.string("8.0"), 8), (.string("9.00"), 9),
            (.string("10.000"), 10), (.number(-0.0), 0),
        ]
    )
    func accepted(json: JSONValue, value: Int) throws {
        #expect(try Score(json: json).value == value)
    }

    @Test(
        "nothing else is",
        arguments: [
            JSONValue.null, .bool(true), .bool(false), .string(""), .string(" "), .string("nine"), .string("9.5"),
            .string("-1"), .string("11"), .string("+9"), .string("0x9"), .string("9e0"), .string("٩"), .string("1.01"),
            .string("9."), .string(".0"), .string("9.0.0"),
            .number(9.5), .number(1e300), .number(.infinity), .number(.nan), .integer(11), .integer(-1),
            .integer(.max), .integer(.min), .array([.integer(9)]), .object(["score": .integer(9)]),
            .string(String(repeating: "9", count: 100_000)),
        ]
    )
    func refused(json: JSONValue) {
        #expect(throws: FieldProblem.self) { try Score(json: json) }
    }
}
