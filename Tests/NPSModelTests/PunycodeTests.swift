import Testing

@testable import NPSModel

@Suite("Punycode")
struct PunycodeTests {
    @Test(
        "labels are decoded",
        arguments: [
            ("bcher-kva", "bücher"), ("fiqs8s", "中国"), ("ls8h", "💩"), ("ihqwcrb4cv8a8dqg056pqjye", "他们为什么不说中文"),
            ("4dbcagdahymbxekheh6e0a7fei0b", "למההםפשוטלאמדבריםעברית"), ("abc-", "abc"), ("a", "\u{80}"),
            ("-> $1.00 <--", "-> $1.00 <-"),
        ]
    )
    func decoded(text: String, label: String) {
        #expect(Punycode.decoded(text) == label)
    }

    @Test(
        "what isn't Punycode is nil, however large its numbers",
        arguments: ["bcher-kv", "ü", "a-9999999999999", "z", "99999999"]
    )
    func malformed(text: String) {
        #expect(Punycode.decoded(text) == nil)
        #expect(Punycode.decoded(String(repeating: "9", count: 100)) == nil)
    }
}
