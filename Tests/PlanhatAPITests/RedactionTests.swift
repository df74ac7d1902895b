import PlanhatAPI
import Testing

@Suite("Redaction")
struct RedactionTests {
    @Test(
        "addresses and long tokens are replaced",
        arguments: [
            ("email ana@example.com duplicated", "email (address) duplicated"),
            (#"bad "ana@example.com","#, "bad (address)"), ("ana%40example.com", "(address)"),
            ("token " + String(repeating: "a1", count: 20), "token (…)"),
            ("id 5c3d0c3859dca1b5ae1cd1e5 unknown", "id 5c3d0c3859dca1b5ae1cd1e5 unknown"),
            (
                "sourceId nps1-0123456789abcdef0123456789abcdef duplicated",
                "sourceId nps1-0123456789abcdef0123456789abcdef duplicated"
            ),
        ]
    )
    func replaced(text: String, result: String) {
        #expect(Redaction.shortened(text) == result)
    }

    @Test("it is one line that can't drive a terminal")
    func oneLine() {
        #expect(Redaction.shortened("a\r\n\u{1B}[2Jb\u{202E}c\u{2028}d\0e\tf") == "a [2Jbc de f")
    }

    @Test(
        "it is short, whatever a character is made of",
        arguments: [
            String(repeating: "word ", count: 10_000), String(repeating: "e\u{301} ", count: 1_000),
            "e" + String(repeating: "\u{301}", count: 100_000),
        ]
    )
    func short(text: String) {
        #expect(Redaction.shortened(text).unicodeScalars.count <= 200)
    }

    @Test("given texts are taken out, also as JSON would escape them")
    func hidden() {
        let secret = "No \"thanks\",\nnever again\\ever"
        for text in ["said: \(secret).", #"said: "No \"thanks\",\nnever again\\ever"."#] {
            let result = Redaction.shortened(text, hiding: [secret])
            for word in ["thanks", "never", "again", "ever"] { #expect(!result.contains(word)) }
            #expect(result.hasPrefix("said:"))
        }
    }

    @Test("a part of what was sent is hidden too, however long the whole is and wherever it is cut")
    func parts() {
        let comment = String(repeating: "Kanarienvogel singt laut. ", count: 300)
        for quoted in [
            String(comment.prefix(60)), String(comment.prefix(5_000)), "vogel? Kanarienvogel!", "«singt»-laut",
        ] {
            let result = Redaction.shortened("comment too long: " + quoted, hiding: [comment])
            for word in ["Kanarienvogel", "singt", "laut"] { #expect(!result.contains(word), "\(result)") }
            #expect(result.hasPrefix("comment too long"))
        }
    }
}
