import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Rules that choose among a form's questions")
struct AnswerRuleTests {
    private static let questions = #"""
        [{"name":"Would you recommend us?","type":"SCALE","value":9,"ref":"r1"},
         {"name":"Why?","type":"LONG","value":"Fast","ref":null},
         {"name":"Your e-mail","type":"EMAIL","value":" ana@example.com "},
         {"name":"A friend's e-mail","type":"EMAIL","value":"bo@example.com"},
         {"name":"Rate the page","type":"RATING","value":"4"}, {"name":["NPS"],"value":-1.5}, "no question"]
        """#

    private func run(_ program: String, _ input: String = questions) throws -> Result<[JSONValue], JQFailure> {
        try JQInterpreter(program).run(Array(input.utf8), limit: 10)
    }

    @Test(
        "a rule chooses the questions for which all of its conditions hold",
        arguments: [
            ("{}", #"[9,"Fast"," ana@example.com ","bo@example.com","4",-1.5,null]"#),
            (#"{type: "SCALE"}"#, "[9]"), (#"{type: ["RATING", "LONG"]}"#, #"["Fast","4"]"#), ("{type: []}", "[]"),
            ("{ref: null}", #"["Fast"," ana@example.com ","bo@example.com","4",-1.5,null]"#),
            ("{value: 9.0}", "[9]"), (#"{name: [["NPS"]]}"#, "[-1.5]"),
            (#"{asks: "recommend"}"#, "[9]"), (#"{asks: "score"}"#, "[9]"), (#"{asks: "why"}"#, #"["Fast"]"#),
            (#"{asks: "email"}"#, #"[" ana@example.com "]"#), (#"{asks: "email_name"}"#, #"[" ana@example.com "]"#),
            (#"{asks: "else"}"#, #"["bo@example.com"]"#),
            (#"{asks: {type: "email"}}"#, #"[" ana@example.com ","bo@example.com"]"#),
            (#"{is: "email", not: {asks: "else"}}"#, #"[" ana@example.com "]"#),
            (#"{is: "score"}"#, #"[9,"4"]"#), (#"{is: "number"}"#, #"[9,"4",-1.5]"#),
            (#"{is: "text", not: {any: [{type: "EMAIL"}, {is: "number"}]}}"#, #"["Fast"]"#),
            (#"{contains: {type: ["cale", "ati"]}}"#, #"[9,"4"]"#), (#"{contains: {type: "LONGER"}}"#, "[]"),
            ("{any: []}", "[]"),
        ]
    )
    func rule(_ rule: String, answers: String) throws {
        let expected = try JSONValue(parsing: Array(answers.utf8))
        #expect(try run("answers([\(rule)])") == .success([expected]))
    }

    @Test("answers come rule by rule, the sole score by the first rule that chooses any, even if they are null")
    func order() throws {
        #expect(
            try run(
                #"[answers([{is: "score"}, {type: "SCALE"}]), first_given([{type: "LONG"}, {}]), first_email([{}])]"#
            )
                == .success([
                    .array([
                        .array([.integer(9), .string("4"), .integer(9)]), .string("Fast"), .string(" ana@example.com "),
                    ])
                ])
        )
        let scores =
            #"[{"type":"a","value":null},{"type":"b","value":3},{"type":"c","value":"3"},{"type":"c","value":4}]"#
        let programs = [
            #"sole_score([{type: "x"}, {type: "a"}, {type: "b"}])"#, #"sole_score([{type: "b"}, {type: "c"}])"#,
            #"sole_score([{type: ["b", "c"]}])"#, #"(.[0:3] | sole_score([{type: ["a", "b", "c"]}]))"#,
            "sole_score([])",
            #"(chosen([{type: "b"}]) | length)"#,
        ]
        #expect(
            try run("[\(programs.joined(separator: ", "))]", scores)
                == .success([
                    .array([
                        .null, .integer(3), .array([.integer(3), .string("3"), .integer(4)]), .integer(3), .null,
                        .integer(1),
                    ])
                ])
        )
    }

    @Test("what is no list has no questions", arguments: ["null", "7", #""text""#, "true"])
    func noList(_ input: String) throws {
        #expect(
            try run(#"[answers([{}]), sole_score([{}]), questions({name: "a"}), members_named("a")]"#, input)
                == .success([.array([.array([]), .null, .array([]), .array([])])])
        )
    }

    @Test(
        "a rule that can't be understood is told, not passed over",
        arguments: [
            "{}", "[1]", #"[{asks: "wy"}]"#, "[{asks: 1}]", #"[{asks: {a: "why", b: "why"}}]"#, #"[{is: "mail"}]"#,
            #"[{contains: "x"}]"#, #"[{not: "x"}]"#, #"[{any: {}}]"#, "[range(33) | {}]",
            "[{contains: {type: 5}}]", "[{contains: {type: null}}]", #"[{contains: {type: ""}}]"#,
            #"[{contains: {type: ["a", []]}}]"#, "[{type: [range(65)]}]", #"[{contains: {type: [range(65) | "a"]}}]"#,
            #"[{contains: {type: ("a" * 201)}}]"#, "[reduce range(5) as $_ ({}; {any: [.]})]",
            "[reduce range(5) as $_ ({}; {not: .})]",
        ]
    )
    func mistakes(_ rules: String) throws {
        guard case .failure(.stopped(let message)) = try run("answers(\(rules))") else {
            Issue.record("no error")
            return
        }
        #expect(message.contains("rule"))
    }

    @Test("rules may come from the payload, and are not taken for those of another")
    func rulesOfPayload() throws {
        let interpreter = try JQInterpreter(".rules as $rules | .questions | answers($rules)")
        for type in ["a", "b", "a"] {
            let input =
                #"{"rules":[{"type":"\#(type)"}],"questions":[{"type":"a","value":"a"},{"type":"b","value":"b"}]}"#
            #expect(interpreter.run(Array(input.utf8), limit: 1) == .success([.array([.string(type)])]))
        }
    }

    @Test("questions are made of what a tool calls them, and a name in several languages is one text")
    func questions() throws {
        let list = #"[{"label":"A","answer":[1],"kind":"k"},3,{"label":{"en":"Why?"}},{}]"#
        let expected = #"""
            [[{"name":"A","value":[1],"type":"k"},{"name":"{\"en\":\"Why?\"}","value":null,"type":null},
              {"name":null,"value":null,"type":null}]]
            """#
        let program = #"[questions({name: "label", type: "kind", value: "answer"})]"#
        #expect(try run(program, list) == .success([try JSONValue(parsing: Array(expected.utf8))]))
        #expect(
            try run(#"questions({name: "a"})"#, #"{"x":{"a":"A"}}"#)
                == .success([.array([.object(["name": .string("A")])])])
        )
    }

    @Test("members of a name are found at any depth, the outer ones first")
    func membersNamed() throws {
        let input = #"{"a":[{"a":1},[{"b":{"a":null}}]],"b":{"a":{"a":2}}}"#
        let expected = #"[[[{"a":1},[{"b":{"a":null}}]],1,null,{"a":2},2]]"#
        #expect(try run(#"[members_named("a")]"#, input) == .success([try JSONValue(parsing: Array(expected.utf8))]))
    }

    @Test("a form of Typeform has its answers by their fields' titles, then what was not answered")
    func typeform() throws {
        let input = #"""
            {"definition":{"fields":[{"id":"a","type":"t1","title":"A","ref":"ra"},
              {"id":"g","type":"group","title":"G","properties":{"fields":[{"id":7,"type":"t2","title":"B","ref":"rb"}]}},
              {"id":"c","type":"t3","title":["C"]}]},
             "answers":[{"type":"text","text":"x","field":{"id":7,"type":"t2","ref":"rb"}},
              {"type":"email","email":"e","number":1,"field":{"id":"z","type":"t4"}},{"type":"boolean","boolean":true,"field":null},
              "no answer",{"number":5,"field":"no field"}]}
            """#
        let expected = #"""
            [{"name":"rb B","ref":"rb","type":"t2","value":"x"},{"name":" ","ref":null,"type":"t4","value":"e"},
             {"name":" ","ref":null,"type":null,"value":null},{"name":"A","ref":"ra","type":"t1","value":null},
             {"name":"G","ref":null,"type":"group","value":null}]
            """#
        #expect(try run("typeform_questions", input) == .success([try JSONValue(parsing: Array(expected.utf8))]))
        for other in ["{}", "null", #""x""#, #"{"answers":3,"definition":[]}"#] {
            #expect(try run("typeform_questions", other) == .success([.array([])]))
        }
    }

    @Test("what replaces builtins that libjq has written in jq does what they did")
    func replacedBuiltins() throws {
        let program =
            #"[(.text | ascii_downcase, ascii_upcase), (.list, .object | to_entries), (try ascii_downcase catch "no"),"#
            + #" (try (null | to_entries) catch "no")]"#
        let input = #"{"text":"aZé@[`{","list":["x"],"object":{"k":null}}"#
        let expected = #"["azé@[`{","AZé@[`{",[{"key":0,"value":"x"}],[{"key":"k","value":null}],"no","no"]"#
        #expect(try run(program, input) == .success([try JSONValue(parsing: Array(expected.utf8))]))
    }

    @Test(
        "numbers in text are digits",
        arguments: ["7", "-7.25", "007", "7\n"],
        ["", "-", "7.", ".7", "+7", "1e3", " 7", "7 ", "1.2.3"]
    )
    func numbers(right: String, wrong: String) throws {
        for (text, isNumber) in [(right, true), (wrong, false)] {
            let input = String(decoding: JSONValue.string(text).canonicalBytes, as: UTF8.self)
            #expect(try run("is_number", input) == .success([.bool(isNumber)]), "\(text)")
        }
    }
}
