import Foundation
import NPSModel
import TestSupport
import Testing

@testable import NPSWebhooks

@Suite("jq programs")
struct JQProgramTests {
    private func run(_ program: String, _ input: String = "{}") async throws -> Result<[JSONValue], JQFailure> {
        try await JQProgram(program).run(Array(input.utf8))
    }

    @Test(
        "values come out as they went in",
        arguments: [
            "null", "true", "0", "-9007199254740992", "9007199254740992", "0.1", "-1.5e300", #""""#,
            #""zoë 日本 \u0000 🙂""#,
            "[]", "{}", #"[1,[2,{"a":[null,false]}],"x"]"#, #"{"b":1,"a":{"c":"\n"}}"#,
        ]
    )
    func identity(_ text: String) async throws {
        let value = try JSONValue(parsing: Data(text.utf8))
        #expect(try await run(".", text) == .success([value]))
    }

    @Test("NaN and infinity become null, and 1e3 is a thousand")
    func numbers() async throws {
        #expect(try await run("nan, infinite, 1e3") == .success([.null, .null, .integer(1_000)]))
    }

    @Test(
        "whole numbers beyond 2^53 keep their digits, as text",
        arguments: [
            ("9007199254740993", .string("9007199254740993")),
            ("-9007199254740993", .string("-9007199254740993")),
            ("123456789012345678901234567890", .string("123456789012345678901234567890")),
            ("9007199254740992", .integer(9_007_199_254_740_992)),
            ("1770112805000000", .integer(1_770_112_805_000_000)),
            ("1234567890123456.5", .number(1_234_567_890_123_456.5)),
            ("12345678901234567e3", .number(1.2345678901234567e19)),
            (#""9007199254740993""#, .string("9007199254740993")),
            (#""\"9007199254740993""#, .string("\"9007199254740993")),
        ] as [(String, JSONValue)]
    )
    func largeNumbers(_ text: String, expected: JSONValue) async throws {
        #expect(try await run(".[0].id", #"[{"id":\#(text)}]"#) == .success([expected]))
        #expect(try await run(".", text) == .success([expected]))
    }

    @Test(
        "what is not JSON is told as such, and never read beyond its end",
        arguments: [
            "", " ", "{", "[1,", #"{"a":bad"#, "1 2", "}", "\"", "tru", #""\"#, "<html>", "\u{0}", "5\u{0}", "nan",
            "+1",
        ]
    )
    func notJSON(_ text: String) async throws {
        #expect(try await run(".", text) == .failure(.notJSON))
    }

    @Test(
        "half a surrogate pair and a byte order mark are to jq what they are to our own parser",
        arguments: [
            #""Great \ud83d""#, #"["\ud800\u0041","\udc00"]"#, #"{"\uD83D\uD83D\uDE00":"\\ud83d"}"#,
            #""\ud83d\n\udcffx""#,
            #""\\\ud800\\""#, "\u{feff}[1]",
        ]
    )
    func lenientInput(_ text: String) async throws {
        #expect(try await run(".", text) == .success([try JSONValue(parsing: Array(text.utf8))]))
    }

    @Test("nesting as deep as an attacker likes is refused, not crashed on")
    func deepInput() async throws {
        let text = String(repeating: "[", count: 100_000)
        #expect(try await run(".", text) == .failure(.notJSON))
        #expect(try await run("reduce range(100) as $i (0; [.])") == .failure(.tooDeep))
    }

    @Test("invalid UTF-8 is no JSON")
    func invalidText() async throws {
        let program = try JQProgram(".")
        #expect(await program.run([0x22, 0xff, 0xfe, 0x22]) == .failure(.notJSON))
    }

    @Test(
        "nothing beyond the payload can be reached",
        arguments: [
            "env", "env.PATH", "input", "_input", "inputs", "[inputs]", "debug", "stderr", "input_filename",
            "input_line_number",
            "halt", "halt_error", "halt_error(1)", "modulemeta", "get_search_list", "get_jq_origin", "get_prog_origin",
            #""\(env)""#, "def f: env; f", "[.[]?, env]", "path(env)",
        ]
    )
    func sandbox(_ program: String) async throws {
        let result = try await run(program)
        guard case .failure(.stopped(let message)) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(message.hasSuffix(" is not available in a mapping"))
    }

    @Test("$ENV is empty", arguments: ["$ENV", "[$ENV] | .[0]", "def f: $ENV; f", #""\($ENV)" | fromjson"#])
    func environment(_ program: String) async throws {
        #expect(try await run(program) == .success([.object([:])]))
    }

    @Test(
        "a program that doesn't end is stopped, and its interpreter is as good as new",
        arguments: ["def f: f; f", "last(range(1e12))", "[limit(1e12; repeat(1))]", "while(true; .)|empty"]
    )
    func endless(_ program: String) async throws {
        let text = "if .endless then (\(program)) else \"fine\" end"
        let jq = try JQProgram(text, workers: 1, timeLimit: .milliseconds(20), memoryLimit: .max)
        for _ in 0..<3 {
            #expect(await jq.run(Array(#"{"endless":true}"#.utf8)) == .failure(.tooSlow))
            #expect(await jq.run(Array("{}".utf8)) == .success([.string("fine")]))
        }
    }

    @Test(
        "what libjq 1.6 would abort on is an error like any other",
        arguments: [
            "todate", "todateiso8601", "strftime(\"%Y\")", "strflocaltime(\"%Y\")", "1 | strftime(.)", "gmtime",
        ]
    )
    func abortion(_ program: String) async throws {
        guard case .failure(.stopped) = try await run(program, "2e22") else {
            Issue.record("\(program) is no error")
            return
        }
    }

    @Test("no remainder ends the process, whatever the payload divides by")
    func remainder() async throws {
        let numbers = "-9223372036854775808, -1e300, -1e19, -2, -1.5, -1, -0.5, 0, 0.5, 1, 2.5, 1e19, 1e300"
        let program = """
            (.numbers + [nan, infinite, -infinite]) as $all
            | [$all[] as $a | $all[] as $b | ({$a, $b} | try (.a %= .b) catch "none"), (try ($a % $b) catch "none")]
            | length
            """
        #expect(try await run(program, #"{"numbers":[\#(numbers)]}"#) == .success([.integer(16 * 16 * 2)]))
        #expect(
            try await run("[7 % 3, -7 % 3, 7 % -3, 7.9 % 2.9, (.a, 30) % (.b, 5)], (.a %= 4)", #"{"a":7,"b":-1.5}"#)
                == .success([
                    .array([1, -1, 1, 1, 0, 0, 2, 0].map { .integer($0) }),
                    .object(["a": .integer(3), "b": .number(-1.5)]),
                ])
        )
        #expect(
            try await run(#"[try (1 % 0) catch 0, try (1 % "x") catch 0, try (.a % 0.5) catch 0]"#, #"{"a":1}"#)
                == .success([.array([.integer(0), .integer(0), .integer(0)])])
        )
    }

    @Test(
        "text doesn't become a number that is none",
        arguments: [
            #""nan" | fromjson"#, #""NaN" | fromjson"#, #""[{\"a\": nan}]" | fromjson"#, #""nan" | tonumber"#,
            #"[1, 2][("nan" | fromjson):]"#,
        ]
    )
    func noNumber(_ program: String) async throws {
        guard case .failure(.stopped) = try await run(program) else {
            Issue.record("\(program) is no error")
            return
        }
    }

    @Test(
        "an index that is no number is not looked for without end",
        arguments: ["delpaths([[nan]])", "del(.[nan])", ".[nan] |= empty"]
    )
    func noIndex(_ program: String) async throws {
        guard case .failure(.stopped) = try await run(program, "null") else {
            Issue.record("\(program) is no error")
            return
        }
    }

    @Test(
        "no number of a payload makes an array or a text grow beyond measure",
        arguments: [
            ".list[.n] = 1", ".list[.n] |= 1", ".list[.n] += 1", ".list[.n] //= 1", "setpath([\"list\", .n]; 1)",
            "[.] | .[0].list[.[0].n] = 1", "fromstream([[.n], 1], [[.n]])", "reduce .n as $n (null; .[$n] = 1)",
            #""x" * .n"#, #""x" * (.n / 1000)"#, #".n * "x""#, #"(.n / 1000) * "x""#, #""" * .n"#, #".n * """#,
            ".text *= .n", "setpath([range(1000) | \"a\"]; 1)",
        ]
    )
    func growth(_ program: String) async throws {
        guard case .failure(.stopped) = try await run(program, #"{"list":[],"n":1770112805,"text":"x"}"#) else {
            Issue.record("\(program) is no error")
            return
        }
    }

    @Test("operators that assign and multiply do what they always did")
    func assignment() async throws {
        let program = """
            (.a[2] = 1 | .a), (.a += [4] | .a), (.b //= 5 | .b), (.c.d |= . * 2 | .c), (.a[] |= empty | .a),
            (setpath(["x", 1]; 3) | .x), ([fromstream(.a | tostream)]), (.a[1:] = [9] | .a), (.a[-1] = 7 | .a),
            ("ab" * 3), ("ab" * 0), (3 * 4), ([.a[] * (2, 3)]), ({a: {b: 1}} * {a: {c: 2}}), (.c.d *= 5 | .c.d)
            """
        let expected = """
            [[1, 2, 1], [1, 2, 4], 5, {"d": 6}, [2], [null, 3], [[1, 2]], [1, 9], [1, 7],
             "ababab", null, 12, [2, 4, 3, 6], {"a": {"b": 1, "c": 2}}, 15]
            """
        let result = try await run("[\(program)]", #"{"a":[1,2],"c":{"d":3}}"#)
        #expect(result == .success([try JSONValue(parsing: Array(expected.utf8))]))
    }

    @Test("replaced builtins still do what they always did")
    func replacedBuiltins() async throws {
        let program = """
            (1614265150 | todate, strftime("%Y"), (gmtime | todate)), (1614265150.5 | strflocaltime("%Y")),
            ("9", 9, " 1e3 " | tonumber), (("x", "[]", "", null, []) | try tonumber catch "no number"),
            ("a,b,a" | index("a"), rindex("a"), indices("a")), ([1, 2, 1] | index(1), indices([1, 2])),
            ("a" | index(""), rindex(""), indices("")),
            ("a1b22" | [scan("[0-9]+")], [scan("([a-z])([0-9])")], [splits("[0-9]+")], split("B"; "i"), split("b")),
            ("a1" | capture("(?<x>[a-z])"), capture(["(?<x>A)", "i"]), [match("").length], [match("x")])
            """
        let expected = """
            ["2021-02-25T14:59:10Z", "2021", "2021-02-25T14:59:10Z", "2021", 9, 9, 1000,
             "no number", "no number", "no number", "no number", "no number", 0, 4, [0, 4], 0, [0], null, null, [],
             ["1", "22"], [["a", "1"], ["b", "2"]], ["a", "b", ""], ["a1", "22"], ["a1", "22"],
             {"x": "a"}, {"x": "a"}, [0], []]
            """
        #expect(try await run("[\(program)]") == .success([try JSONValue(parsing: Array(expected.utf8))]))
    }

    @Test(
        "text of any alphabet can be searched for all matches of what may be empty",
        arguments: [
            (#"[match("x*"; "g").offset]"#, #"[1]"#), (#"[scan("x*")]"#, #"["x"]"#),
            (#"[splits("x*")]"#, #"["é","🙂"]"#),
            (#"split("x*"; null)"#, #"["é","🙂"]"#), (#"[match(["\\b", "g"])]"#, "[]"),
            (#"[capture("(?<a>x*)"; "g")]"#, #"[{"a":"x"}]"#),
        ]
    )
    func searches(program: String, expected: String) async throws {
        #expect(try await run(program, #""éx🙂""#) == .success([try JSONValue(parsing: Array(expected.utf8))]))
    }

    @Test(
        "what compares each element of two lists is refused for long ones, because it can't be interrupted",
        arguments: [
            ". - .", ". as $all | . - $all", "indices(.)", "index(.)", "rindex(.)", "contains(.)", "inside(.)",
            "{a: .} | contains(.)", "del(.[])", "delpaths([paths])", ". as $all | . -= $all",
        ]
    )
    func longLists(_ program: String) async throws {
        let list = "[" + (0..<5_000).map(String.init).joined(separator: ",") + "]"
        #expect(try await run(program, list) == .failure(.stopped("the lists are too long")))
        let short = "[" + (0..<100).map(String.init).joined(separator: ",") + "]"
        #expect(try await run(program, short).get().count == 1)
    }

    @Test("what regular expressions share is made before the first one, which may meet another")
    func sharedTables() throws {
        _ = try JQInterpreter(".")
        // Without that, 12 of 1,500 processes with four first expressions at once were aborted by their allocator.
        #expect(RegularExpressions.isInitialized)
    }

    @Test("a search gives up after as many tries as one place of a text is given, because it can't be interrupted")
    func regularExpressions() async throws {
        let spaces = "\"" + String(repeating: " ", count: 20_000) + "x\""
        guard case .failure(.stopped(let message)) = try await run(#"test("\\s+$")"#, spaces) else {
            Issue.record("no error")
            return
        }
        #expect(message.contains("retry-limit-in-search"))
        #expect(
            try await run(#"test("\\s+$")"#, "\"" + String(repeating: " ", count: 2_000) + "x\"").get() == [
                .bool(false)
            ]
        )
    }

    @Test(
        "a search for all matches is refused in a long text, because it can't be interrupted",
        .hangGuard,
        arguments: [
            #"[scan("[a-z]+")]"#, #"[match("[a-z]"; "g")]"#, #"[match(["[a-z]", "gi"])]"#,
            #"[capture("(?<x>[a-z])"; "g")]"#,
            #"split("[a-z]"; null)"#, #"[splits("[a-z]"; "i")]"#,
        ]
    )
    func searchesOfLongText(_ program: String) async throws {
        let long = "\"" + String(repeating: "a1", count: 100_000) + "\""
        let message = "the text is too long for a search for all matches"
        #expect(try await run(program, long) == .failure(.stopped(message)))
        let short = "\"" + String(repeating: "a1", count: 100) + "\""
        #expect(try await run(program, short).get().count == 1)
    }

    @Test(
        "what a question asks is the same in letters of any case, and beyond ASCII",
        arguments: [
            ("How likely are you to RECOMMEND us?", [true, true, false, false]),
            ("net promoter", [true, true, false, false]), ("NPS, and why?", [false, false, true, false]),
            ("Probability", [false, true, false, false]), ("Follow-up", [false, false, true, false]),
            ("Por qué", [false, false, true, false]), ("PERCHÉ?", [false, false, true, false]),
            ("Würden Sie uns empfehlen?", [true, true, false, false]), ("お勧めしますか", [true, true, false, false]),
            ("Anybody else?", [false, false, false, true]), ("Elsewhere", [false, false, false, false]),
            ("Whom would you refer?", [false, false, false, true]), ("Preferred name", [false, false, false, false]),
            ("Un AMI", [false, false, false, true]), ("Miami", [false, false, false, false]),
            ("Votre collègue", [false, false, false, true]), ("co-worker", [false, false, false, true]),
            ("", [false, false, false, false]),
        ]
    )
    func questions(text: String, asks: [Bool]) async throws {
        let input = String(decoding: JSONValue.string(text).canonicalBytes, as: UTF8.self)
        let result = try await run("[asks_recommend, asks_score, asks_why, asks_else]", input)
        #expect(result == .success([.array(asks.map(JSONValue.bool))]))
    }

    @Test("a name as long as a payload is no address field's, and looked at in no time", .hangGuard)
    func longName() async throws {
        let name = String(repeating: "a1", count: 100_000)
        #expect(
            try await run(
                "[is_email_name, asks_email, asks_score, asks_recommend], [{(.): 1} | email_members]",
                "\"\(name)\""
            )
                == .success([.array([.bool(false), .bool(false), .bool(false), .bool(false)]), .array([])])
        )
        #expect(try await run("is_email_name", #""Your e-mail address""#) == .success([.bool(true)]))
    }

    @Test("a text is looked for in another without overlaps, so in one pass", .hangGuard)
    func indicesOfText() async throws {
        let long = "\"" + String(repeating: "a", count: 1_000_000) + "\""
        #expect(try await run("indices(.[0:500000])", long) == .success([.array([.integer(0), .integer(500_000)])]))
    }

    @Test("a run that fills the memory is stopped for it, however long it may take")
    func memory() async throws {
        let jq = try JQProgram("[range(.)] | length", timeLimit: .seconds(86_400), memoryLimit: 64 << 20)
        #expect(await jq.run(Array("1e12".utf8)) == .failure(.tooLarge))
        #expect(await jq.run(Array("3".utf8)) == .success([.integer(3)]))
    }

    @Test(
        "outputs that are much larger than their payload are refused, because what is one value in libjq is many here",
        arguments: [
            "reduce range(40) as $i (1; [., .])", "range(1000) as $i | $all", "range(1000) as $i | {($all): $i}",
        ]
    )
    func largeOutputs(_ program: String) async throws {
        let text = "\"" + String(repeating: "x", count: 100_000) + "\""
        #expect(try await run(". as $all | " + program, text) == .failure(.tooLarge))
    }

    @Test("a thousand outputs are fine, one more is not")
    func outputs() async throws {
        #expect(try await run("range(1000)").get().count == 1_000)
        #expect(try await run("range(1001)") == .failure(.tooManyOutputs))
        #expect(try await run("repeat(1)") == .failure(.tooManyOutputs))
    }

    @Test("an error in a program is kept for the operator")
    func errors() async throws {
        #expect(try await run(#"error("no luck")"#) == .failure(.stopped("no luck")))
        #expect(try await run("error({a: 1})") == .failure(.stopped("the program stopped with an error")))
        #expect(try await run("1, error(\"late\")") == .failure(.stopped("late")))
    }

    @Test("line ends and other control characters in strings are read as they are")
    func controlCharacters() async throws {
        let text = "{\n\"a\":\t\"one\ntwo\\\\\r\n\\\"\tthree\u{1}\"\n}"
        #expect(try await run(".a", text) == .success([.string("one\ntwo\\\r\n\"\tthree\u{1}")]))
    }

    @Test("many runs at once each get their own outputs")
    func concurrency() async throws {
        let jq = try JQProgram("{id: .id, twice: (.id * 2), list: [range(.id)] | length}", workers: 3)
        await withTaskGroup(of: Bool.self) { group in
            for id in 0..<100 {
                group.addTask {
                    let expected: JSONValue = .object([
                        "id": .integer(Int64(id)), "twice": .integer(Int64(id * 2)), "list": .integer(Int64(id)),
                    ])
                    return await jq.run(Array(#"{"id":\#(id)}"#.utf8)) == .success([expected])
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }

    @Test("a slow run holds up no other while an interpreter is free")
    func slowRun() async throws {
        let jq = try JQProgram(
            "if . == 0 then last(range(1e12)) else . end",
            workers: 2,
            timeLimit: .seconds(86_400),
            memoryLimit: .max
        )
        let slow = Task.immediate { await jq.run(Array("0".utf8)) }
        // Any of these would wait for the slow one for a day if it had to.
        for number in 1...10 { #expect(await jq.run(Array("\(number)".utf8)) == .success([.integer(Int64(number))])) }
        while !jq.stopRuns(after: .zero) { await Task.yield() }
        #expect(await slow.value == .failure(.tooSlow))
    }
}
