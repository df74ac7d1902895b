import Foundation
import Testing

@testable import NPSModel

@Suite("Text")
struct TextTests {
    @Test(
        "the white space around a text goes, whatever kind it is, and the rest stays",
        arguments: [
            "", " ", "a", " a", "a ", "\ta b\n", "\u{a0}a\u{a0}", "\u{2028}a", "a\u{3000}", "é", " é", "é\u{85}",
            "\u{200b}a", "\u{7f}a",
            "a\r\n", "\u{feff}a",
        ]
    )
    func trimsAsFoundationDoes(_ text: String) {
        #expect(text.trimmed == text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    @Test("of all 256 bytes, each class holds its own and no other")
    func bytes() {
        func characters(_ isMember: (UInt8) -> Bool) -> String {
            String(decoding: (0...255).map { UInt8($0) }.filter(isMember), as: UTF8.self)
        }
        #expect(characters(\.isASCIIDigit) == "0123456789")
        #expect(characters(\.isASCIILowercase) == "abcdefghijklmnopqrstuvwxyz")
        #expect(characters(\.isASCIILetter) == "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        #expect(characters(\.isLowercaseHexDigit) == "0123456789abcdef")
        #expect(characters(\.isHexDigit) == "0123456789ABCDEFabcdef")
    }

    @Test("hex digits survive both ways and rubbish does not")
    func hexadecimal() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(Hexadecimal.decode(Hexadecimal.encode(bytes)) == bytes)
        #expect(Hexadecimal.decode("0") == nil)
        #expect(Hexadecimal.decode("0g") == nil)
        #expect(Hexadecimal.decode("é") == nil)
    }

    @Test(
        "a URL component is escaped down to RFC 3986's unreserved characters",
        arguments: [
            ("AZaz09-._~", "AZaz09-._~"), ("", ""), ("a b+c", "a%20b%2Bc"), ("extid-ü/1", "extid-%C3%BC%2F1"),
            ("\u{0}%", "%00%25"),
        ]
    )
    func percentEncoding(text: String, encoded: String) {
        #expect(PercentEncoding.encode(text) == encoded)
        #expect(PercentEncoding.decode(Array(encoded.utf8)[...]) { _ in true } == Array(text.utf8))
    }
}
