import Foundation
import NPSModel
import Testing

@Suite("JSON")
struct JSONTests {
    @Test(
        "every kind of value is read",
        arguments: [
            ("null", JSONValue.null), (" true ", .bool(true)), ("false", .bool(false)), ("0", .integer(0)),
            ("-0", .integer(0)), ("9.0", .integer(9)), ("1e2", .integer(100)), ("1.5", .number(1.5)),
            ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            (#""a\"\\\/\b\f\n\r\té""#, .string("a\"\\/\u{8}\u{c}\n\r\té")), (#""\ud83d\ude00""#, .string("😀")),
            (#""\u0000""#, .string("\0")), ("[]", .array([])),
            (#""Zoë""#, .string("Zoë")), (#""a\u007f""#, .string("a\u{7f}")), (#""""#, .string("")),
            ("[1,[2]]", .array([.integer(1), .array([.integer(2)])])),
            ("{}", .object([:])), (#"{"a":1,"a":2}"#, .object(["a": .integer(2)])),
        ]
    )
    func read(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: Array(text.utf8)) == value)
    }

    @Test("whole numbers, fractions and booleans stay apart in JSON")
    func json() throws {
        let value = try JSONValue(
            parsing: Data(#"{"a":1,"b":1.5,"c":true,"d":null,"e":["x"],"f":9007199254740993}"#.utf8)
        )
        #expect(value["a"] == .integer(1))
        #expect(value["b"] == .number(1.5))
        #expect(value["c"] == .bool(true))
        #expect(value["d"] == .null)
        #expect(value["f"] == .integer(9_007_199_254_740_993))
        #expect(
            String(decoding: value.canonical, as: UTF8.self)
                == #"{"a":1,"b":1.5,"c":true,"d":null,"e":["x"],"f":9007199254740993}"#
        )
    }

    @Test(
        "half a surrogate pair becomes the replacement character, a byte order mark nothing, and line ends stay",
        arguments: [
            (#""Great \ud83d""#, "Great \u{fffd}"), (#""\ud800\u0041""#, "\u{fffd}A"),
            (#""\udc00\ud83d""#, "\u{fffd}\u{fffd}"),
            (#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"), (#""\ud83d\n""#, "\u{fffd}\n"), ("\u{feff}\"x\"", "x"),
            ("\"a\nb\r\n\tc\u{1f}\"", "a\nb\r\n\tc\u{1f}"), ("\"\\u0041\n\"", "A\n"),
        ]
    )
    func lenient(text: String, value: String) throws {
        #expect(try JSONValue(parsing: Array(text.utf8)) == .string(value))
    }

    @Test(
        "what is no JSON is refused",
        arguments: [
            "", " ", "nul", "truex", "01", "-", "1.", ".5", "1e", "+1", "NaN", "Infinity", "1e999", "\"", "\"\\",
            "\"\\x\"",
            "\"\\u12\"", "\"\\ud800\\\"", "\"\\ud800\\u12\"", "\"\0\"", "\"\\\n\"", "[", "[1", "[1,", "[1,]", "[,]",
            "{",
            "{a:1}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1", "1 2", "'a'", "[1]]", "1\u{feff}", "\u{feff}",
            "// x\n1",
        ]
    )
    func refused(text: String) {
        #expect(throws: (any Error).self) { try JSONValue(parsing: Array(text.utf8)) }
    }

    @Test("text that is not UTF-8 is refused")
    func invalidUTF8() {
        for bytes in [[0x22, 0xff, 0x22], [0x22, 0xc3, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22]] as [[UInt8]] {
            #expect(throws: (any Error).self) { try JSONValue(parsing: bytes) }
        }
    }

    @Test("nesting of 128 levels is read, of a million refused without a trap")
    func depth() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
        }
        _ = try JSONValue(parsing: nested(128))
        #expect(throws: (any Error).self) { try JSONValue(parsing: nested(130)) }
        #expect(throws: (any Error).self) { try JSONValue(parsing: nested(1_000_000)) }
    }

    @Test("what is written is read again, and Foundation reads it too")
    func roundTrip() throws {
        let value = JSONValue.object([
            "é\"\\/": .array([.null, .bool(true), .integer(-7), .number(0.1), .number(1e30), .string("\u{1}\n😀")]),
            "a": .object(["b": .string("")]),
        ])
        #expect(try JSONValue(parsing: value.canonical) == value)
        #expect(try JSONDecoder().decode(JSONValue.self, from: value.canonical) == value)
    }

    @Test("members are written in the order of their names")
    func order() {
        let value = JSONValue.object(["b": .integer(1), "a": .integer(2), "B": .integer(3)])
        #expect(String(decoding: value.canonical, as: UTF8.self) == #"{"B":3,"a":2,"b":1}"#)
    }

    @Test("truncated and altered texts never trap")
    func mutations() {
        let text = Array(#"{"id":"r\u00e9","list":[1.5e3,true,null,"\ud83d\ude00"],"o":{"x":-1}}"#.utf8)
        for index in text.indices {
            _ = try? JSONValue(parsing: Array(text[..<index]))
            for byte in [0x00, 0x22, 0x5c, 0x7b, 0xff] as [UInt8] {
                var altered = text
                altered[index] = byte
                _ = try? JSONValue(parsing: altered)
            }
        }
    }
}
