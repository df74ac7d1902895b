import NPSModel
import Testing

@Suite("EmailAddress")
struct EmailAddressTests {
    @Test(
        "addresses that mailboxes have are accepted as typed, the domain in lower case",
        arguments: [
            ("ana@example.com", "ana@example.com"),
            ("  ana@example.com ", "ana@example.com"),
            ("Ana.Maria+nps@Example.COM", "Ana.Maria+nps@example.com"),
            ("o'brien@example.ie", "o'brien@example.ie"),
            ("!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"),
            ("a@b.co", "a@b.co"),
            ("1@2.example", "1@2.example"),
            ("ana@xn--bcher-kva.example", "ana@xn--bcher-kva.example"),
            ("ana@bücher.example", "ana@bücher.example"),
            ("jürgen@example.de", "jürgen@example.de"),
            ("用户@例子.中国", "用户@例子.中国"),
        ]
    )
    func accepted(text: String, address: String) throws {
        #expect(try EmailAddress(text).address == address)
    }

    @Test(
        "addresses that nobody has are refused",
        arguments: [
            "", " ", "ana", "@example.com", "ana@", "ana@@example.com", "ana@example@example.com",
            "ana@example", "ana@localhost", "ana@example.123", "ana@127.0.0.1", "ana@[127.0.0.1]", "ana@[IPv6:::1]",
            "\"ana\"@example.com", "\"a b\"@example.com", "ana(comment)@example.com", "(c)ana@example.com",
            ".ana@example.com", "ana.@example.com", "an..a@example.com", "ana@.example.com", "ana@example..com",
            "ana@example.com.", "ana@-example.com", "ana@example-.com", "ana@ex_ample.com", "ana@exa%6dple.com",
            "an a@example.com", "ana@exam ple.com", "ana\u{0}@example.com", "ana@example.com\r\nBcc: x@example.com",
            "ana\t@example.com", "a\u{202E}na@example.com", "ana\u{200B}@example.com", "ana@exam\u{2066}ple.com",
            "\u{301}ana@example.com", "ana,bo@example.com", "ana;@example.com", "<ana@example.com>",
            "ana:x@example.com",
            "ana@example.com/path", "ana@example.com:25", "ana@user:pw@example.com", "ana@例子。",
        ]
    )
    func refused(text: String) {
        #expect(throws: FieldProblem.self) { try EmailAddress(text) }
    }

    @Test(
        "what can't be seen is trimmed at both ends and refused inside",
        arguments: [
            "\u{a0}", "\u{200b}", "\u{feff}", "\t", "\n", "\r\n", "\u{3000}", "\u{202f}", "\u{2060}", "\u{200e}",
            " \u{a0}\t",
        ]
    )
    func invisible(space: String) throws {
        for text in [space + "ana@example.com", "ana@example.com" + space, space + "ana@example.com" + space] {
            #expect(try EmailAddress(text).address == "ana@example.com")
        }
        for text in ["an\(space)a@example.com", "ana\(space)@example.com", "ana@exam\(space)ple.com"] {
            #expect(throws: FieldProblem.self) { try EmailAddress(text) }
        }
        #expect(throws: FieldProblem.self) { try EmailAddress(space) }
    }

    @Test(
        "full-width characters are ASCII, and a domain is sent as it is registered",
        arguments: [
            ("a@example\u{ff0e}com", "a@example.com"), ("ｂｏｂ@example.com", "bob@example.com"),
            ("Ｂｏｂ＋１＠ＥＸＡＭＰＬＥ．ｃｏｍ", "Bob+1@example.com"), ("\u{3000}ａ@例子．中国", "a@例子.中国"),
            ("a@例子\u{3002}中国", "a@例子.中国"), ("a@\u{fb01}nd.example", "a@find.example"),
            ("a@BÜCHER.example", "a@bücher.example"), ("a@bu\u{308}cher.example", "a@bücher.example"),
            ("a@xn--BCHER-kva.example", "a@xn--bcher-kva.example"), ("a@faß.example", "a@faß.example"),
            ("a@xn--fiqs8s.xn--fiqz9s", "a@xn--fiqs8s.xn--fiqz9s"), ("a@xn--fa-hia.example", "a@xn--fa-hia.example"),
            ("a@xn--mgba3gch31f060k.example", "a@xn--mgba3gch31f060k.example"),
            ("a@r3---sn.example", "a@r3---sn.example"),
        ]
    )
    func mapped(text: String, address: String) throws {
        #expect(try EmailAddress(text).address == address)
        #expect(try EmailAddress(address) == EmailAddress(text))
    }

    @Test(
        "a label that begins with xn-- and is no encoded name is refused",
        arguments: [
            "xn--a", "xn--a-", "xn--", "xn--abc", "xn--bcher-kv", "xn--bcher-kva1", "xn--99999999", "xn--ana-",
            "xn--zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "xn--a.bücher", "xn--BCHER-KVA.xn--a",
        ]
    )
    func invalidLabels(label: String) {
        #expect(throws: FieldProblem.self) { try EmailAddress("a@\(label).example") }
    }

    @Test("the limits are 64 octets before the @, 63 in a label and 254 in all")
    func limits() throws {
        let label = String(repeating: "d", count: 63)
        _ = try EmailAddress(String(repeating: "a", count: 64) + "@example.com")
        #expect(throws: FieldProblem.self) { try EmailAddress(String(repeating: "a", count: 65) + "@example.com") }
        #expect(throws: FieldProblem.self) { try EmailAddress(String(repeating: "ü", count: 33) + "@example.com") }
        _ = try EmailAddress("a@\(label).com")
        #expect(throws: FieldProblem.self) { try EmailAddress("a@d\(label).com") }
        let longest = "a@" + [label, label, label, String(repeating: "d", count: 56), "com"].joined(separator: ".")
        #expect(longest.utf8.count == 254)
        _ = try EmailAddress(longest)
        #expect(throws: FieldProblem.self) { try EmailAddress("a" + longest) }
    }

    @Test("an international domain equals its ASCII form")
    func internationalDomain() throws {
        let unicode = try EmailAddress("ana@bücher.example")
        #expect(unicode.asciiDomain == "xn--bcher-kva.example")
        #expect(unicode == (try EmailAddress("ana@xn--bcher-kva.example")))
        #expect(unicode != (try EmailAddress("Ana@bücher.example")))
    }

    @Test("a problem never repeats what was typed")
    func noEcho() {
        let problem = #expect(throws: FieldProblem.self) { try EmailAddress("s3cret-canary@exa mple.com") }
        #expect(problem?.description.contains("canary") == false)
    }
}
