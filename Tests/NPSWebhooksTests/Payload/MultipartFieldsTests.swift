import Testing

@testable import NPSWebhooks

@Suite("multipart/form-data")
struct MultipartFieldsTests {
    private func fields(_ body: String) throws -> [String] {
        try MultipartFields.read(Array(body.utf8), boundary: "x").map { "\($0.name)=\($0.value)" }
    }

    private static func part(_ headers: String, _ content: String) -> String {
        "--x\r\n\(headers)\r\n\r\n\(content)\r\n"
    }

    private static let nps = part("Content-Disposition: form-data; name=\"nps\"", "9")

    @Test("text fields are read in their order, whatever they contain")
    func read() throws {
        let odd = Self.part(
            "content-type: text/plain\r\ncontent-disposition:form-data;name=why",
            "a\r\n--y\r\n\r\n-- x"
        )
        #expect(try fields(Self.nps + odd + "--x--\r\n") == ["nps=9", "why=a\r\n--y\r\n\r\n-- x"])
        #expect(try fields("preamble\r\n" + Self.nps + "--x--epilogue") == ["nps=9"])
        #expect(try fields(Self.part("Content-Disposition: form-data; name=\"a\\\"b\"", "") + "--x--") == ["a\"b="])
        #expect(try fields("--x \t\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--") == ["a=1"])
        #expect(try fields("--x--").isEmpty)
    }

    @Test(
        "files are left out",
        arguments: ["filename=\"a.png\"", "filename*=UTF-8''a.png", "filename=\"\""]
    )
    func files(parameter: String) throws {
        let file = Self.part("Content-Disposition: form-data; name=f; \(parameter)", "\u{0}")
        #expect(try fields(file + Self.nps + "--x--") == ["nps=9"])
    }

    @Test(
        "what is broken or cut short is refused",
        arguments: [
            "", "x", "--x", "--x-", "--x\r\n", nps, nps + "--x", nps + "--y--", "--x\r\n\r\n--x--",
            "--x\r\n\r\n\r\n--x--",
            part("Content-Type: text/plain", "1") + "--x--",
            part("Content-Disposition: attachment; name=a", "1") + "--x--",
            part("Content-Disposition: form-data", "1") + "--x--",
            "--xy\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--",
        ]
    )
    func broken(body: String) {
        #expect(throws: PayloadProblem.notForm) { try fields(body) }
    }

    @Test("text that isn't UTF-8 is refused")
    func notText() {
        let body =
            Array("--x\r\nContent-Disposition: form-data; name=a\r\n\r\n".utf8) + [0xff] + Array("\r\n--x--".utf8)
        #expect(throws: PayloadProblem.notForm) { try MultipartFields.read(body, boundary: "x") }
    }

    @Test("every cut through a body is either refused or whole")
    func cuts() {
        let body = Array((Self.nps + Self.part("Content-Disposition: form-data; name=why", "b") + "--x--").utf8)
        for length in 0..<body.count {
            #expect(throws: PayloadProblem.notForm) { try MultipartFields.read(Array(body[..<length]), boundary: "x") }
        }
    }
}
