import Foundation
import NPSModel
import Testing

@testable import NPSSurvey

@Suite("A submitted form")
struct FormValuesTests {
    static let digits = "0123456789abcdef0123456789abcdef"

    @Test(
        "is read as a browser writes it",
        arguments: [
            ("email=ana%40example.com", FormValues(email: "ana@example.com")),
            ("email=ana@example.com&score=0", FormValues(email: "ana@example.com", score: "0")),
            ("score=10&comment=Good%2C+but+100%25", FormValues(score: "10", comment: "Good, but 100%")),
            ("comment=a%0D%0Ab%0Dc%0Ad", FormValues(comment: "a\nb\nc\nd")),
            ("comment=a%0D%0D%0A%0Db", FormValues(comment: "a\n\n\nb")),
            ("comment=%C3%BC%F0%9F%90%9F", FormValues(comment: "ü🐟")),
            ("comment=a=b=c", FormValues(comment: "a=b=c")),
            ("c%6fmment=x", FormValues(comment: "x")),
            ("&&score=3&", FormValues(score: "3")),
            ("email", FormValues()),
            ("email=", FormValues()),
            ("=x&other=%zz&score[]=3&SCORE=4", FormValues()),
            ("", FormValues()),
        ]
    )
    func reads(body: String, expected: FormValues) throws {
        let values = try FormValues(parsing: Array(body.utf8))
        #expect(values.email == expected.email)
        #expect(values.score == expected.score)
        #expect(values.comment == expected.comment)
    }

    @Test(
        "that no browser sends is refused",
        arguments: [
            "email=%", "email=%4", "email=%zz", "email=%+1", "%zz=1", "comment=%ff", "comment=%C3", "comment=%ED%A0%80",
            "comment=%C0%80", "score=1&score=2", "score=1&score=1", "email&email",
        ]
    )
    func refuses(body: String) {
        #expect {
            try FormValues(parsing: Array(body.utf8))
        } throws: { error in
            if case .formUnreadable? = error as? SurveyError { true } else { false }
        }
    }

    @Test("in raw bytes that aren't UTF-8 is refused")
    func rawBytes() {
        #expect(throws: SurveyError.formUnreadable(problem: "has text that is not UTF-8")) {
            try FormValues(parsing: Array("comment=".utf8) + [0xff])
        }
    }

    @Test("may have 98,304 bytes and not one more")
    func size() throws {
        let largest = Array("comment=".utf8) + Array(repeating: UInt8(ascii: "a"), count: 98_304 - 8)
        #expect(try FormValues(parsing: largest).comment.utf8.count == 98_296)
        #expect(throws: SurveyError.formTooLarge) { try FormValues(parsing: largest + [0x61]) }
    }

    @Test("has room for the longest comment in Japanese, each character as nine bytes")
    func longestComment() throws {
        let comment = String(repeating: "速", count: 10_000)
        let body = "email=ana%40example.com&score=9&comment=" + String(repeating: "%E9%80%9F", count: 10_000)
        let values = try FormValues(parsing: Array(body.utf8))
        #expect(try values.check(receivedAt: Date(timeIntervalSince1970: 1_800_000_000)).response.comment == comment)
    }

    @Test(
        "is read in its own media type only",
        arguments: [
            ("application/x-www-form-urlencoded", true), ("Application/X-WWW-Form-URLEncoded; charset=UTF-8", true),
            ("application/x-www-form-urlencoded;charset=\"utf-8\"", true),
            ("application/x-www-form-urlencoded; boundary=x", true),
            ("application/x-www-form-urlencoded; charset=utf-16", false), ("multipart/form-data; boundary=x", false),
            ("text/plain", false), ("", false), (";", false), (nil, false),
        ]
    )
    func mediaType(_ contentType: String?, isRead: Bool) {
        if isRead {
            #expect(throws: Never.self) { try FormValues(parsing: [], contentType: contentType) }
        } else {
            #expect(throws: SurveyError.formNotURLEncoded) { try FormValues(parsing: [], contentType: contentType) }
        }
    }

    @Test("keeps its nonce")
    func nonce() throws {
        #expect(try FormValues(parsing: Array("nonce=\(Self.digits)".utf8)).nonce.text == Self.digits)
    }

    @Test(
        "without a usable nonce gets a fresh one",
        arguments: [
            "", "nonce=", "nonce=\(digits.dropLast())", "nonce=\(digits)0", "nonce=\(digits.uppercased())", "nonce=<b>",
        ]
    )
    func freshNonce(body: String) throws {
        var sevens = Sevens()
        let values = try FormValues(parsing: Array(body.utf8), using: &sevens)
        #expect(values.nonce.text == String(repeating: "07", count: 16))
    }

    @Test("no two forms have the same nonce")
    func unique() {
        #expect(Set((0..<1_000).map { _ in FormNonce().text }).count == 1_000)
    }

    @Test("random bytes are read or refused, and never more than that")
    func garbage() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("%%%&&==+0aFgnonceemailscorecomment\r\n\0".utf8) + [0xc3, 0xff, 0xe2, 0x82]
        for _ in 0..<5_000 {
            let body = (0..<Int.random(in: 0...40)).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            do throws(SurveyError) {
                #expect(FormNonce(try FormValues(parsing: body).nonce.text) != nil)
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }
}

/// Always returns the byte seven.
private struct Sevens: RandomNumberGenerator {
    mutating func next() -> UInt64 { 0x0707_0707_0707_0707 }
}
