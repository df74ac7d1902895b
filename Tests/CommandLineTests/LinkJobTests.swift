import Foundation
import NPSModel
import NPSSurvey
import Testing

@testable import nps_collector

@Suite("Links for contacts")
struct LinkJobTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let keys: LinkKeys

    init() throws {
        keys = try LinkKeys(["k1:" + Base64URL.encode((0..<32).map { UInt8($0) })])
    }

    private final class Written {
        var output = ""
        var errors = ""
    }

    /// The rows written, the complaints, and how many contacts were left out.
    private func run(_ csv: String, pieces: Int = 7) throws -> (rows: [[String]], errors: String, skipped: Int) {
        let written = Written()
        let minting = LinkMinting(
            keys: keys,
            address: "https://nps.example.com/s/",
            survey: "q4",
            issuedAt: Self.now,
            expiresAt: Self.now.addingTimeInterval(60)
        )
        var job = LinkJob(
            minting: minting,
            total: nil,
            bar: ProgressBar(title: "contacts", total: nil, isTerminal: false) { written.errors += $0 },
            write: { written.output += String(decoding: $0, as: UTF8.self) }
        )
        let bytes = Array(csv.utf8)
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            try job.read(bytes[start..<min(start + pieces, bytes.count)])
        }
        try job.end()
        return (try CSVReader.rows(written.output), written.errors, job.skipped)
    }

    private func open(_ link: String) throws -> LinkClaims {
        let prefix = "https://nps.example.com/s/"
        #expect(link.hasPrefix(prefix))
        return try keys.open(link.dropFirst(prefix.count), at: Self.now)
    }

    @Test("every column passes through and the link carries those that it knows", arguments: [1, 7, 100_000])
    func columns(pieces: Int) throws {
        let csv = [
            "Name,EMAIL,id,campaignId,companyId,lang,Phone",
            #""Lovelace, Ada",ada@example.com,17,65d4a5a2f0e1c8b7a6958473,extid-acme,de,+44 20"#,
            #""Say ""hi""",bo@example.com,,,,,=1+1"#,
        ].joined(separator: "\r\n")
        let result = try run(csv, pieces: pieces)
        #expect(result.rows.map { $0.dropLast() } == (try CSVReader.rows(csv)).map { $0[...] })
        #expect(result.rows[0].last == "link")
        let ada = try open(result.rows[1][7])
        #expect(ada.id == "17" && ada.email.address == "ada@example.com" && ada.survey == "q4")
        #expect(ada.campaignID == "65d4a5a2f0e1c8b7a6958473" && ada.companyID == "extid-acme" && ada.language == Language("de"))
        #expect(ada.issuedAt == Self.now && ada.expiresAt == Self.now.addingTimeInterval(60))
        let bo = try open(result.rows[2][7])
        #expect(bo.id.utf8.count == 22 && bo.language == nil)
        #expect(result.skipped == 0)
    }

    @Test("bad rows are named by the line they begin in, without what they say, and left out")
    func badRows() throws {
        let csv = """
            email,lang,note
            ada@example.com,,"two
            lines"
            nobody,,x
            bo@example.com,d e,x
            cy@example.com,x
            dee@example.com,fr,x
            """
        let result = try run(csv)
        #expect(result.skipped == 3)
        #expect(result.rows.map(\.[0]) == ["email", "ada@example.com", "dee@example.com"])
        #expect(
            result.errors.split(separator: "\n").filter { $0.hasPrefix("line") } == [
                "line 4: email needs exactly one @, as in name@example.com",
                "line 5: lang must be a language tag such as de or pt-BR",
                "line 6: has 2 columns, but the first line names 3",
            ]
        )
        #expect(!result.errors.contains("nobody"))
    }

    @Test("semicolons and tabs separate as well", arguments: [";", "\t"])
    func separators(separator: String) throws {
        let csv = "a,b;email;id\nx,y;ada@example.com;5\n".replacing(";", with: separator)
        #expect(try run(csv.replacing(",", with: "-")).skipped == 0)
    }

    @Test(
        "a list without one email column, or with links already, is refused",
        arguments: ["", "name\nada\n", "email,Email\na,b\n", "email,link\na,b\n"]
    )
    func refused(csv: String) {
        #expect(throws: LinkJob.Failure.self) { try run(csv) }
    }
}

@Suite("The e-mail block")
struct MailBlockTests {
    @Test(
        "each tool's merge tag stands in all eleven addresses of both parts",
        arguments: [
            (MergeSyntax.mailchimp, "*|LINK|*"), (.sendgrid, "{{link}}"), (.hubspot, "{{ contact.link }}"),
            (.plain, "{link}"),
        ]
    )
    func tags(syntax: MergeSyntax, tag: String) throws {
        let block = try MailBlock(subject: "A & B", publicDirectory: nil, language: .english)
        let html = block.html(link: syntax.tag(for: "link"))
        let text = block.text(link: syntax.tag(for: "link"))
        for score in 0...10 {
            #expect(html.contains("href=\"\(tag)/\(score)\""))
            #expect(text.contains(": \(tag)/\(score)\n"))
        }
        #expect(html.contains("A &amp; B") && text.contains("A & B"))
        #expect(html.contains("lang=\"en\" dir=\"ltr\""))
        #expect(!html.contains("<img") && !html.contains("<style") && !html.contains("class="))
        #expect(
            html.components(separatedBy: "<table").count == html.components(separatedBy: "role=\"presentation\"").count
        )
    }

    @Test("a language without a catalogue is refused with those that there are")
    func language() {
        #expect(throws: SurveyError.self) {
            try MailBlock(subject: "us", publicDirectory: nil, language: Language("tlh"))
        }
    }
}
