import NPSModel
import Testing

@testable import NPSWebhooks

@Suite("Bodies that are forms")
struct FormPayloadTests {
    private static let urlEncoded = "application/x-www-form-urlencoded"

    private func json(_ body: String, _ type: String = urlEncoded) throws -> JSONValue {
        let format = try #require(PayloadFormat(contentType: type))
        return try JSONValue(parsing: format.json(of: Array(body.utf8)))
    }

    @Test(
        "brackets are folded into objects and lists",
        arguments: [
            ("response[score]=9&response[text]=a+b%20c", #"{"response":{"score":"9","text":"a b c"}}"#),
            ("a[]=1&a[]=2", #"{"a":["1","2"]}"#), ("a=1&a=2", #"{"a":["1","2"]}"#),
            ("a[b][c]=1&a[b][d]=2", #"{"a":{"b":{"c":"1","d":"2"}}}"#),
            ("a[][b]=1&a[][b]=2", #"{"a":[{"b":"1"},{"b":"2"}]}"#), ("a", #"{"a":""}"#), ("", "{}"),
            ("&&a=1&", #"{"a":"1"}"#),
            ("a%5Bb%5D=1", #"{"a":{"b":"1"}}"#), ("=1", #"{"":"1"}"#), ("a=b=c", #"{"a":"b=c"}"#),
            ("%C3%A9=%E2%98%83", #"{"é":"☃"}"#),
        ]
    )
    func folded(body: String, expected: String) throws {
        #expect(try json(body) == JSONValue(parsing: Array(expected.utf8)))
    }

    @Test(
        "names whose brackets make no sense stay as they are, and nothing is lost",
        arguments: [
            ("[a]=1", #"{"[a]":"1"}"#), ("a[b=1", #"{"a[b":"1"}"#), ("a]b[=1", #"{"a]b[":"1"}"#),
            ("a[b]c[d]=1", #"{"a[b]c[d]":"1"}"#), ("a=1&a[b]=2", #"{"a":"1","a[b]":"2"}"#),
            ("a[b]=1&a=2", #"{"a":[{"b":"1"},"2"]}"#),
            ("a[1][2][3][4][5][6][7][8][9]=1", #"{"a[1][2][3][4][5][6][7][8][9]":"1"}"#),
        ]
    )
    func odd(body: String, expected: String) throws {
        #expect(try json(body) == JSONValue(parsing: Array(expected.utf8)))
    }

    @Test(
        "a broken escape or text that isn't UTF-8 is refused",
        arguments: ["a=%", "a=%4", "a=%zz", "%ff=1", "a=%c3", "a=%+1"]
    )
    func broken(body: String) {
        #expect(throws: PayloadProblem.notForm) { try json(body) }
    }

    @Test("more than 1,000 fields are refused, in both kinds of forms")
    func tooMany() throws {
        let fields = (0..<1_000).map { "a\($0)=1" }
        #expect(throws: Never.self) { try json(fields.joined(separator: "&")) }
        #expect(throws: PayloadProblem.tooManyFields) { try json((fields + ["b=1"]).joined(separator: "&")) }
        let part = "--x\r\ncontent-disposition: form-data; name=a\r\n\r\n1\r\n"
        let body = String(repeating: part, count: 1_001) + "--x--"
        #expect(throws: PayloadProblem.tooManyFields) { try json(body, "multipart/form-data; boundary=x") }
    }

    @Test(
        "a content type says how a body is read",
        arguments: [
            (nil, .json), ("", .json), ("application/json; charset=utf-8", .json), ("APPLICATION/JSON", .json),
            ("application/vnd.surveymonkey.response.v1+json", .json), ("text/plain", .json),
            ("application/x-www-form-urlencoded; charset=UTF-8", .urlEncoded),
            ("multipart/form-data; boundary=\"a; b\\\"c\"", .multipart(boundary: "a; b\"c")),
            ("Multipart/Form-Data; charset=utf-8; Boundary=abc ", .multipart(boundary: "abc")),
            ("multipart/form-data", nil),
            ("multipart/form-data; boundary=", nil), ("multipart/form-data; boundary=\"", nil),
            ("multipart/mixed; boundary=a", nil),
            ("text/html", nil), ("application/xml", nil),
        ] as [(String?, PayloadFormat?)]
    )
    func types(type: String?, format: PayloadFormat?) {
        #expect(PayloadFormat(contentType: type) == format)
    }

    @Test(
        "a captured body's type is guessed",
        arguments: [
            (" {\"a\": \"b=c\"}", .json), ("[1]", .json), ("a=1", .urlEncoded),
            ("--x-1\r\n", .multipart(boundary: "x-1")),
            ("", .json), ("nonsense", .json),
        ] as [(String, PayloadFormat)]
    )
    func guesses(body: String, format: PayloadFormat) {
        #expect(PayloadFormat(guessing: Array(body.utf8)) == format)
    }
}
