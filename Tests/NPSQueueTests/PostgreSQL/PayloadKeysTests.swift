import Foundation
import NPSModel
import Testing

@testable import NPSQueue

@Suite("Payload keys")
struct PayloadKeysTests {
    private static let database = PersonKey(Data(repeating: 1, count: 32))
    private static let place = SealedPlace(column: "table.column", row: "1")

    @Test(
        "an entry is a kid and 32 bytes, with padding or without",
        arguments: [
            ([PayloadKeys.entry("k1", 1)], true), ([PayloadKeys.entry("k1", 1) + "="], true),
            ([PayloadKeys.entry("k1", 1), PayloadKeys.entry("K-1_", 2)], true), ([], true),
            ([PayloadKeys.entry("k1", 1), PayloadKeys.entry("k1", 2)], false), ([PayloadKeys.entry("", 1)], false),
            ([PayloadKeys.entry("k.1", 1)], false), ([PayloadKeys.entry("k'1", 1)], false),
            ([PayloadKeys.entry(String(repeating: "k", count: 65), 1)], false), (["k1:c2hvcnQ"], false),
            ([String(PayloadKeys.entry("k1", 1).dropFirst(3))], false), ([""], false),
            ([PayloadKeys.entry("k1", 1) + ":"], false),
        ] as [([String], Bool)]
    )
    func entries(entries: [String], areValid: Bool) {
        guard !areValid else {
            #expect(throws: Never.self) { try PayloadKeys(entries) }
            return
        }
        let error = #expect(throws: QueueError.self) { try PayloadKeys(entries) }
        #expect(error?.description.contains("queue.payload-key") == true)
        for entry in entries where entry.count > 9 { #expect(error?.description.contains(entry.suffix(9)) == false) }
    }

    @Test(
        "what a key has sealed is opened by it at its place, and nowhere else and by no other",
        arguments: ["", "words"]
    )
    func sealing(words: String) throws {
        let keys = try PayloadKeys([PayloadKeys.entry("k1", 1)]).bound(to: Self.database)
        let other = try PayloadKeys([PayloadKeys.entry("k1", 2)]).bound(to: Self.database)
        let elsewhere = keys.bound(to: PersonKey(Data(repeating: 2, count: 32)))
        let text = try keys.seal(words, at: Self.place)
        let bytes = try keys.seal(Data(words.utf8), at: Self.place)
        #expect(try text != keys.seal(words, at: Self.place))
        #expect(text.hasPrefix("enc1.k1.") && bytes.first == 0)
        for value in [SealedValue(text), SealedValue(bytes)] {
            let value = try #require(value)
            #expect(value.kid == "k1")
            #expect(keys["k1"]?.open(value.box, at: Self.place) == Data(words.utf8))
            #expect(keys["k1"]?.open(value.box, at: SealedPlace(column: "table.column", row: "2")) == nil)
            #expect(keys["k1"]?.open(value.box, at: SealedPlace(column: "table.other", row: "1")) == nil)
            #expect(other["k1"]?.open(value.box, at: Self.place) == nil)
            #expect(elsewhere["k1"]?.open(value.box, at: Self.place) == nil)
            #expect(keys["k1"]?.open(value.box.dropLast(), at: Self.place) == nil)
        }
        #expect(try PayloadKeys.none.seal(words, at: Self.place) == words)
        #expect(throws: QueueError.self) { try PayloadKeys([PayloadKeys.entry("k1", 1)]).seal(words, at: Self.place) }
    }

    @Test(
        "what only looks sealed by half is no sealed value",
        arguments: [
            "", "enc1", "enc1.", "enc1.k1.", "enc1.k1.AAAAAAAAAAAAAAAAAAAAAAAA", "enc1.k1", "enc1..AAAA",
            "enc1.k 1.AAAA", "enc2.k1.AAAA", "Enc1.k1.AAAA", "{}",
        ]
    )
    func others(text: String) {
        #expect(SealedValue(text) == nil)
        #expect(SealedValue(Data([0] + Array(text.utf8))) == nil)
        #expect(SealedValue(Data(text.utf8)) == nil)
    }

    @Test("a dump of the settings has no key")
    func dumping() throws {
        let entry = PayloadKeys.entry("k1", 1)
        var address = try PostgresAddress("postgres://nps@localhost/nps")
        address.payloadKeys = try PayloadKeys([entry])
        var text = "\(address.payloadKeys)"
        dump(address, to: &text)
        dump(address.payloadKeys, to: &text)
        #expect(text.contains("k1") && !text.contains(entry.suffix(20)) && !text.contains("SymmetricKey"))
    }
}

extension PayloadKeys {
    /// As it stands in the settings, of 32 equal bytes.
    static func entry(_ kid: String, _ byte: UInt8) -> String {
        "\(kid):\(Base64URL.encode(Array(repeating: byte, count: 32)))"
    }
}
