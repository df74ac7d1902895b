import Testing

@testable import nps_collector

@Suite("Misspelled words")
struct MisspellingTests {
    @Test(
        "a verb that is none gets the one that it looks like",
        arguments: [
            (["srve"], "'srve' is no verb of nps-collector. Did you mean 'serve'?"),
            (["queue", "lst", "--json"], "'lst' is no verb of nps-collector queue. Did you mean 'list'?"),
            (["webhook", "zzzzzz"], "'zzzzzz' is no verb of nps-collector webhook. There are presets, map, sign."),
        ]
    )
    func verbs(_ words: [String], _ expected: String) {
        let sentence = Misspelling.verb(in: words, of: NPSCollector.self)
        #expect(sentence?.hasPrefix("Error: " + expected) == true)
    }

    @Test(
        "what is right is let through",
        arguments: [
            [], ["serve"], ["--version"], ["help", "queue"], ["queue"], ["queue", "list", "x"], ["queue", "--help"],
            ["webhook", "map", "acme", "file"],
        ]
    )
    func known(_ words: [String]) {
        #expect(Misspelling.verb(in: words, of: NPSCollector.self) == nil)
    }

    @Test("an option that is none gets the setting that it looks like, unless the parser has found one of the verb's")
    func options() {
        let refusal = "Error: Unknown option '--htp-port'\nUsage: nps-collector serve"
        #expect(
            Misspelling.setting(in: ["serve", "--htp-port=9"], refused: refusal)
                == "Error: Unknown option '--htp-port'. Did you mean '--http-port'?\nUsage: nps-collector serve"
        )
        #expect(Misspelling.setting(in: ["serve", "--htp-port"], refused: "Did you mean '--x'?" + refusal) == nil)
        #expect(Misspelling.setting(in: ["serve", "--frobnicate"], refused: "Unknown option '--frobnicate'") == nil)
    }
}
