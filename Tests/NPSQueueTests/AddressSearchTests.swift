import Foundation
import NPSModel
import Testing

@testable import NPSQueue

@Suite("Search for an address in a body")
struct AddressSearchTests {
    private func finds(_ address: String, _ body: String) throws -> Bool {
        AddressSearch(for: try EmailAddress(address)).finds(in: Data(body.utf8))
    }

    @Test(
        "an address is found plain, escaped for JSON or forms, and these within each other",
        arguments: [
            "ana+nps@example.com", #"{"email": "Ana+NPS@EXAMPLE.com"}"#, "email=ana%2Bnps%40example.com&score=9",
            #"{"email":"ana\u002bnps\u0040example.com"}"#, #"{"raw":"{\"email\":\"ana+nps\\u0040example.com\"}"}"#,
            "rawRequest=%7B%22email%22%3A%22ana%5Cu002Bnps%40example.com%22%7D", "<ana+nps@example.com>",
            "email%3Dana%252Bnps%2540example.com", #"{"text":"\nana+nps@example.com."}"#, "%ana+nps@example.com %4",
            "ａｎａ＋ｎｐｓ＠example．com", "%EF%BD%81na+nps@example.com", "ana+nps@example.com．",
        ]
    )
    func found(body: String) throws {
        #expect(try finds("ana+nps@example.com", body))
    }

    @Test(
        "a longer address is another one, and malformed escapes match nothing",
        arguments: [
            "diana+nps@example.com", "x.ana+nps@example.com", "ana+nps@example.com.au", "ana+nps@example.community",
            "ana+nps@example.co", "ana nps@example.com", "", "%", #"\"#, #"\u00"#, #"\ud83d\u"#,
        ]
    )
    func notFound(body: String) throws {
        #expect(try !finds("ana+nps@example.com", body))
    }

    @Test("an address is found in UTF-16, and beside bytes that are no UTF-8")
    func otherCharsets() throws {
        let search = AddressSearch(for: try EmailAddress("ana@example.com"))
        let text = "{\"email\":\"ana@example.com\",\"comment\":\"Größe\"}"
        for encoding in [String.Encoding.utf16, .utf16BigEndian, .utf16LittleEndian, .isoLatin1] {
            #expect(search.finds(in: try #require(text.data(using: encoding))))
            #expect(!search.finds(in: try #require(text.replacing("ana", with: "diana").data(using: encoding))))
        }
    }

    @Test(
        "beyond ASCII, both forms of the domain match, composed or not, and surrogate pairs",
        arguments: [
            "jos\u{E9}@b\u{FC}cher.example", "JOS\u{C9}@xn--bcher-kva.example", "jose\u{301}@bu\u{308}cher.example",
            #"\ud83d\ude00 jos\u00e9@b\u00fccher.example"#, "jos%C3%A9%40b%C3%BCcher.example",
        ]
    )
    func international(body: String) throws {
        #expect(try finds("jos\u{E9}@b\u{FC}cher.example", body))
    }
}
