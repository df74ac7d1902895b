import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("The JSON that jq gets")
struct JQReaderTests {
    /// As jq's identity gives it back; nil when it is refused.
    private static func read(_ bytes: [UInt8], by interpreter: JQInterpreter) -> JSONValue? {
        try? interpreter.run(bytes, limit: 1).get().first
    }

    /// Texts of each kind of value, and of what is almost one.
    private static let texts = [
        "null", "true", "false", " [ ] ", "{}", "0", "-0", "10", "-7.25", "1e3", "1E+2", "5e-1", "0.1", "1e400",
        "-1e-400",
        "9007199254740992", "1234567890123456.5", #""""#, #""a\"\\\/\b\f\n\r\tz""#, #""\u00e9\ud83d\ude00é🙂""#,
        #"{"a":{"b":[1,{"c":null}],"a":"x"},"":[[]]}"#, #"{"a":1,"a":2}"#, #"["\ud800","\udc00\ud83d"]"#, "\u{feff}{}",
        "nul", "truE", "01", "-", "1.", ".5", "1e", "1e+", "+1", "nan", "NaN", "Infinity", "[1,]", "[,1]", "{,}",
        "[1 2]",
        #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, "{a:1}", "{1:1}", "'a'", #""\x""#, #""\u12g4""#, #""\u123"#, "[1]]",
        "[1] x",
        "// comment", "\u{feff}", "\u{feff}\u{feff}1",
    ]

    @Test(
        "it is read as our own parser reads it, or refused where that refuses it, wherever it is cut off",
        arguments: texts
    )
    func sameGrammar(_ text: String) throws {
        let interpreter = try JQInterpreter(".")
        let whole = Array(text.utf8)
        for count in 0...whole.count {
            let bytes = Array(whole[..<count])
            #expect(Self.read(bytes, by: interpreter) == (try? JSONValue(parsing: bytes)), "\(bytes)")
        }
    }

    @Test("the same with any one byte in the place of another")
    func alteredBytes() throws {
        let interpreter = try JQInterpreter(".")
        let text = Array(#"{"aé":[-1.5e2,"\u0041é",true]}"#.utf8)
        for index in text.indices {
            for byte in UInt8.min...UInt8.max {
                var bytes = text
                bytes[index] = byte
                #expect(Self.read(bytes, by: interpreter) == (try? JSONValue(parsing: bytes)), "\(bytes)")
            }
        }
    }

    @Test("as many levels as our own parser takes, and no more")
    func depth() throws {
        let interpreter = try JQInterpreter("1")
        for count in [127, 128, 129, 130, 100_000] {
            let text = Array((String(repeating: "[", count: count) + String(repeating: "]", count: count)).utf8)
            #expect((Self.read(text, by: interpreter) != nil) == ((try? JSONValue(parsing: text)) != nil), "\(count)")
        }
    }

    @Test("a name that is known by now is the same name as before, of thousands too")
    func names() throws {
        let interpreter = try JQInterpreter(".")
        for _ in 0..<2 {
            for number in 0..<2_000 {
                let text = Array(
                    #"{"name \#(number)":1,"\#(String(repeating: "n", count: number % 60))":2,"é\#(number)":3}"#.utf8
                )
                #expect(Self.read(text, by: interpreter) == (try JSONValue(parsing: text)))
            }
        }
    }
}
