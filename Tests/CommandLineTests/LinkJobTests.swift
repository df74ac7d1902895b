import Foundation
import NPSModel
import NPSPages
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
    private func run(
        _ csv: String,
        pieces: Int = 7,
        emailColumn: String? = nil,
        custom: String? = nil,
        replacesLinks: Bool = false,
        splitsLinks: Bool = false
    ) throws -> (rows: [[String]], errors: String, skipped: Int) {
        let result = try run(
            bytes: Array(csv.utf8),
            pieces: pieces,
            emailColumn: emailColumn,
            custom: custom,
            replacesLinks: replacesLinks,
            splitsLinks: splitsLinks
        )
        return (try CSVReader.rows(result.output), result.errors, result.skipped)
    }

    private func run(
        bytes: [UInt8],
        pieces: Int = 7,
        emailColumn: String? = nil,
        custom: String? = nil,
        replacesLinks: Bool = false,
        splitsLinks: Bool = false
    ) throws -> (output: String, errors: String, skipped: Int) {
        let written = Written()
        let minting = LinkMinting(
            keys: keys,
            address: "https://nps.example.com/s/",
            survey: "q4",
            issuedAt: Self.now,
            expiresAt: Self.now.addingTimeInterval(60),
            speaks: { ["en", "de", "fr"].contains($0.tag) }
        )
        var job = LinkJob(
            minting: minting,
            emailColumn: emailColumn,
            custom: try custom.map { try CustomColumn.list($0) } ?? [],
            replacesLinks: replacesLinks,
            splitsLinks: splitsLinks,
            total: nil,
            bar: ProgressBar(title: "contacts", total: nil, isTerminal: false) { written.errors += $0 },
            write: { written.output += String(decoding: $0, as: UTF8.self) }
        )
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            try job.read(bytes[start..<min(start + pieces, bytes.count)])
        }
        try job.end()
        return (written.output, written.errors, job.skipped)
    }

    private func open(_ link: String) throws -> LinkClaims {
        let prefix = "https://nps.example.com/s/"
        #expect(link.hasPrefix(prefix))
        return try keys.open(String(link.dropFirst(prefix.count)), at: Self.now)
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
        #expect(ada.campaignID == "65d4a5a2f0e1c8b7a6958473" && ada.companyID == "extid-acme")
        #expect(ada.language == Language("de"))
        #expect(ada.issuedAt == Self.now && ada.expiresAt == Self.now.addingTimeInterval(60))
        let bo = try open(result.rows[2][7])
        #expect(bo.id.utf8.count == 22 && bo.language == nil)
        #expect(result.skipped == 0)
    }

    @Test("what is known of a contact goes into the link, each value as what it is said to be")
    func customProperties() throws {
        let csv = """
            email,Plan,Region name,Seats,Paid
            ada@example.com,gold,EU,12,yes
            bo@example.com,,,"1,000",perhaps
            """
        let result = try run(csv, custom: "plan=Plan,region=region-name,seats:number=Seats,paid?:boolean=Paid")
        let ada = try open(result.rows[1][5])
        let expected: [String: JSONValue] = [
            "plan": .string("gold"), "region": .string("EU"), "seats": .integer(12), "paid?": .bool(true),
        ]
        #expect(ada.custom == expected)
        #expect(try open(result.rows[2][5]).custom.isEmpty)
        #expect(result.errors.contains("line 3: Seats must be a number such as 12 or 12.5; the link has none"))
        #expect(result.errors.contains("line 3: Paid must be true or false, yes or no, 1 or 0; the link has none"))
        #expect(result.skipped == 0)
    }

    @Test("a column for a property that isn't there stops the job, and one that makes the link too long is left out")
    func customColumns() throws {
        let failure = #expect(throws: LinkJob.Failure.self) { try run("email,plan\n", custom: "region") }
        #expect(
            failure?.description.contains("no column named region, as --custom says. Its columns are: email, plan.")
                == true
        )
        let names = (1...6).map { "p\($0)" }.joined(separator: ",")
        let values = Array(repeating: String(repeating: "x", count: 180), count: 6).joined(separator: ",")
        let result = try run("email,id,\(names)\nada@example.com,7,\(values)\n", custom: names)
        #expect(try open(result.rows[1][8]).custom.isEmpty && open(result.rows[1][8]).id == "7")
        #expect(result.errors.contains("the link would be too long, so it has no custom properties"))
    }

    @Test("bad rows are named by the line they begin in, without what they say, and left out")
    func badRows() throws {
        let csv = """
            email,lang,note
            ada@example.com,,"two
            lines"
            nobody,,x
            cy@example.com,,x,y
            dee@example.com,fr,x
            """
        let result = try run(csv)
        #expect(result.skipped == 2)
        #expect(result.rows.map(\.[0]) == ["email", "ada@example.com", "dee@example.com"])
        #expect(
            result.errors.split(separator: "\n").filter { $0.hasPrefix("line") } == [
                "line 4 left out: email needs exactly one @, as in name@example.com",
                "line 5 left out: has 4 columns, but the first line names 3",
            ]
        )
        #expect(!result.errors.contains("nobody"))
    }

    @Test(
        "at the end stands how many links were written and rows left out, once",
        arguments: [
            (1, 0, "1 link written."), (2, 0, "2 links written."), (2, 1, "2 links written, 1 row left out."),
            (0, 2, "0 links written, 2 rows left out."),
        ]
    )
    func summary(links: Int, skipped: Int, sentence: String) throws {
        let rows = Array(repeating: "ada@example.com", count: links) + Array(repeating: "nobody", count: skipped)
        let errors = try run("email\n" + rows.joined(separator: "\n"), splitsLinks: true).errors
        let lines = errors.split(separator: "\n").filter { !$0.hasPrefix("line") }
        #expect(lines.map(String.init) == [sentence])
    }

    @Test("two columns that are taken for the same are named")
    func sameColumn() {
        let refused = #expect(throws: LinkJob.Failure.self) { try run("email,E-Mail\na@example.com,b@example.com\n") }
        #expect(refused?.description.contains("email and E-Mail:") == true)
    }

    @Test("a forgotten quote costs its own line and no other", arguments: [1, 7, 100_000])
    func forgottenQuote(pieces: Int) throws {
        let csv = """
            name,email
            "Ada,ada@example.com
            "Bo",bo@example.com
            "Cy" C.,cy@example.com
            "Dee, the
            "second\",dee@example.com
            Eve,eve@example.com
            "Flo,flo@example.com
            """
        let result = try run(csv, pieces: pieces)
        #expect(result.rows.map(\.[0]) == ["name", "Bo", "second", "Eve"])
        #expect(result.rows.dropFirst().allSatisfy { $0.count == 3 && $0[2].hasPrefix("https://") })
        #expect(result.skipped == 4)
        #expect(
            result.errors.split(separator: "\n").filter { $0.hasPrefix("line") } == [
                "line 2 left out: has text after a closing quote", "line 4 left out: has text after a closing quote",
                "line 5 left out: has text after a closing quote",
                "line 8 left out: has a quote that is never closed",
            ]
        )
    }

    @Test("a quote that swallows everything is given up, and what follows gets its links")
    func swallowing() throws {
        let rows = (1...3_000).map { "person\($0)@example.com,\(String(repeating: "x", count: 40))" }
        let result = try run("email,note\nada@example.com,\"oh\n" + rows.joined(separator: "\n"), pieces: 4_096)
        #expect(result.skipped == 1)
        #expect(result.rows.count == 3_001)
        #expect(result.errors.contains("line 2 left out: has no end; a quote may not be closed"))
    }

    @Test("what gets a link and may yet surprise is told")
    func warnings() throws {
        let csv =
            "email,id,lang\na@example.com,1,de\nb@example.com,2,tlh\nA@example.com,1,\nd@example.com,1,\ne@example.com,,\n"
        let result = try run(csv)
        #expect(result.skipped == 0 && result.rows.count == 6)
        #expect(
            result.errors.split(separator: "\n").filter { $0.hasPrefix("line") } == [
                "line 3: there is no form in this lang; the browser's language will be used",
                "line 4: has the id and address of an earlier line; both links change the same answer",
            ]
        )
    }

    @Test(
        "whatever the column lang says, the person gets a link",
        arguments: [
            ("en_US", "en-US", "there is no form in this lang"), ("pt_BR", "pt-BR", "there is no form in this lang"),
            ("de", "de", nil), (" fr ", "fr", nil), ("German", nil, "lang is no language tag"),
            ("d e", nil, "lang is no language tag"), ("", nil, nil),
        ] as [(String, String?, String?)]
    )
    func languages(text: String, tag: String?, warning: String?) throws {
        let result = try run("email,lang\nada@example.com,\(text)\n")
        #expect(result.skipped == 0)
        #expect(try open(result.rows[1][2]).language?.tag == tag)
        if let warning { #expect(result.errors.contains(warning)) } else { #expect(!result.errors.contains("line")) }
    }

    @Test(
        "missing cells at a row's end are empty, and lines of separators are no contacts",
        arguments: [1, 7, 100_000]
    )
    func shortRows(pieces: Int) throws {
        let result = try run(
            "name,email,note,x\nAda,ada@example.com\n,,,\nBo,bo@example.com,n\n ,\u{a0}\n,,\n",
            pieces: pieces
        )
        #expect(result.skipped == 0 && !result.errors.contains("line"))
        #expect(result.rows.map(\.count) == [5, 5, 5])
        #expect(result.rows[1].dropLast() == ["Ada", "ada@example.com", "", ""])
        #expect(result.rows[2].dropLast() == ["Bo", "bo@example.com", "n", ""])
    }

    @Test("a byte order mark is written again", arguments: [1, 100_000])
    func byteOrderMark(pieces: Int) throws {
        let csv = "name,email\nJürgen,j@example.com\n"
        let marked = try run(bytes: [0xef, 0xbb, 0xbf] + Array(csv.utf8), pieces: pieces)
        #expect(marked.output.unicodeScalars.first == "\u{feff}" && marked.output.contains("Jürgen"))
        #expect(try run(bytes: Array(csv.utf8), pieces: pieces).output.utf8.first == UInt8(ascii: "n"))
    }

    @Test(
        "a file in Windows-1252 is read as that, with one warning, and written as UTF-8",
        arguments: [1, 7, 100_000],
        ["Name", "Straße"]
    )
    func windows1252(pieces: Int, header: String) throws {
        let csv = "\(header),email\nAda,ada@example.com\nJürgen,j@example.com\nZoë „Z“ €,z@example.com\n"
        let bytes = try #require(csv.data(using: .windowsCP1252))
        let result = try run(bytes: Array(bytes), pieces: pieces)
        #expect(result.skipped == 0)
        #expect(result.errors.components(separatedBy: "Windows-1252").count == 2)
        #expect(result.output.unicodeScalars.first == "\u{feff}")
        #expect(try CSVReader.rows(result.output).map(\.[0]) == [header, "Ada", "Jürgen", "Zoë „Z“ €"])
    }

    @Test(
        "in a file that is UTF-8, a row that isn't is damaged, and gets a link where the address isn't",
        arguments: [false, true]
    )
    func damagedRow(isMarked: Bool) throws {
        let start: [UInt8] = isMarked ? [0xef, 0xbb, 0xbf] + "name,email,id\n".utf8 : Array("näme,email,id\n".utf8)
        let rows = [0x4a, 0xfc] + Array(",j@example.com,1\nAda,j".utf8) + [0xfc] + Array("@example.com,2\n".utf8)
        let last = Array("Bo,bo@example.com,".utf8) + [0xfc]
        let result = try run(bytes: start + rows + last)
        #expect(result.skipped == 1)
        #expect(
            result.errors.split(separator: "\n").filter { $0.hasPrefix("line") } == [
                "line 2: is not UTF-8; each character that can't be read is written as \u{fffd}",
                "line 3 left out: has an email that is not UTF-8",
                "line 4: is not UTF-8; each character that can't be read is written as \u{fffd}",
                "line 4: id must be at most 200 bytes of text; the link has none, and is an answer of its own",
            ]
        )
        let links = try CSVReader.rows(result.output).dropFirst().map { try open($0[3]) }
        #expect(links.map(\.email.address) == ["j@example.com", "bo@example.com"])
        #expect(links[0].id == "1" && links[1].id.utf8.count == 22)
    }

    @Test(
        "whatever an optional column says, the person gets a link, without what it can't have",
        arguments: [
            ("campaignId", "Autumn 2026", "line 2: campaignId must be the id of a campaign"),
            ("companyId", "ACME", "line 2: companyId must be the id of a company"),
            (
                "companyId", "extid-" + String(repeating: "x", count: 200),
                "line 2: companyId must be the id of a company"
            ),
            ("id", String(repeating: "x", count: 201), "line 2: id must be at most 200 bytes"),
            ("id", "\u{1}", "line 2: id must be at most 200 bytes"),
        ]
    )
    func unusableCells(column: String, text: String, warning: String) throws {
        let result = try run("email,\(column)\nada@example.com,\(text)\n")
        #expect(result.skipped == 0)
        #expect(result.errors.contains(warning) && !result.errors.contains(text))
        let claims = try open(result.rows[1][2])
        #expect(claims.campaignID == nil && claims.companyID == nil && claims.id.utf8.count == 22)
    }

    @Test("what would make a link too long is left out, the least important first")
    func tooLong() throws {
        let id = String(repeating: "\\", count: 200)
        let company = "extid-" + String(repeating: "y", count: 194)
        let local = String(repeating: "a", count: 64)
        let email = "\(local)@" + Array(repeating: String(repeating: "b", count: 60), count: 3).joined(separator: ".")
        let result = try run("email,id,companyId\n\(email),\(id),\(company)\n\(email),\(id.prefix(100)),\(company)\n")
        #expect(result.skipped == 0)
        let links = try result.rows.dropFirst().map { try open($0[3]) }
        #expect(links.map(\.email.address) == [email, email])
        #expect(links.allSatisfy { $0.companyID == nil } && links[1].id == id.prefix(100))
        #expect(result.errors.contains("line 2: the link would be too long, so it has no companyId"))
        #expect(result.errors.contains("line 3: the link would be too long, so it has no companyId"))
    }

    @Test(
        "a list without a header is refused without a word of what is in it",
        arguments: [
            "Ada,Lovelace,ada@example.com", "Ada,\"Ada <ada@example.com>\",+44 20", "Ada;ada＠example．com",
            "ada@@example",
        ]
    )
    func noHeader(line: String) throws {
        for column in [nil, "Mail"] {
            let refused = #expect(throws: LinkJob.Failure.self) { try run(line + "\n", emailColumn: column) }
            let sentence = try #require(refused?.description)
            #expect(sentence.contains("no header") && !sentence.lowercased().contains("ada"))
        }
        let named = #expect(throws: LinkJob.Failure.self) { try run("Name,Kontakt @ Firma\nAda,x\n") }
        #expect(named?.description.contains("Name, Kontakt @ Firma.") == true)
    }

    @Test(
        "an address may have invisible characters around it, and none inside",
        arguments: ["\u{a0}", "\u{200b}", "\u{feff}", "\t", "\n"]
    )
    func invisible(space: String) throws {
        let result = try run("id,email\n1,\"\(space)ada@example.com\(space)\"\n2,\"ada\(space)@example.com\"\n")
        #expect(result.skipped == 1)
        #expect(try open(result.rows[1][2]).email.address == "ada@example.com")
        #expect(try EmailAddress(option: "\(space)ada@example.com\(space)").address == "ada@example.com")
        #expect(throws: (any Error).self) { try EmailAddress(option: "ada\(space)@example.com") }
    }

    @Test("the mark by which exporters keep text from becoming a formula is not part of the value")
    func textMarks() throws {
        let result = try run(
            "email,id,lang\n'd5h@example.com,'0017,'de\n\"'=x@example.com\",1,\no'neil@example.com,2,\n"
        )
        let links = try result.rows.dropFirst().map { try open($0[3]) }
        #expect(links.map(\.email.address) == ["d5h@example.com", "=x@example.com", "o'neil@example.com"])
        #expect(links[0].id == "0017" && links[0].language?.tag == "de")
        #expect(result.rows[1][0] == "'d5h@example.com")
    }

    @Test("the column with the address can be named, and a refusal names the columns that there are")
    func namedColumn() throws {
        let csv = "Nom,Contact principal,email\nAda,ada@example.com,x@example.com\n"
        for name in ["Contact principal", "contact PRINCIPAL", " contact-principal"] {
            #expect(try open(try run(csv, emailColumn: name).rows[1][3]).email.address == "ada@example.com")
        }
        let refused = #expect(throws: LinkJob.Failure.self) { try run(csv, emailColumn: "Mail") }
        #expect(refused?.description.contains("Nom, Contact principal, email.") == true)
        let unnamed = #expect(throws: LinkJob.Failure.self) { try run("Nom,\u{1b}[1mPrénom\nAda,x\n") }
        #expect(unnamed?.description.contains("Nom, [1mPrénom.") == true)
        #expect(unnamed?.description.contains("--email-column") == true)
    }

    @Test("links are made anew in their own column when that is wanted")
    func replaced() throws {
        let result = try run("email,LINK,note\nada@example.com,old,x\n", replacesLinks: true)
        #expect(result.rows.map(\.count) == [3, 3])
        #expect(result.rows[0] == ["email", "LINK", "note"])
        #expect(result.rows[1][1].hasPrefix("https://") && result.rows[1][2] == "x")
    }

    @Test("links that Mailchimp would clip are counted, and split between two columns when that is wanted")
    func longLinks() throws {
        let csv = "email,id\nada@example.com,1\nada@example.com,\(String(repeating: "x", count: 150))\n"
        let whole = try run(csv)
        #expect(whole.errors.contains("1 of 2 links are longer than 255 bytes."))
        let halves = try run(csv, splitsLinks: true)
        #expect(!halves.errors.contains("255"))
        #expect(halves.rows[0] == ["email", "id", "link", "link2"])
        #expect(halves.rows[1][3].isEmpty && halves.rows[2][2].utf8.count == 255)
        let token = (halves.rows[2][2] + halves.rows[2][3]).split(separator: "/").last.map(String.init)
        #expect(try keys.open(token ?? "", at: Self.now).id.count == 150)
        let again = halves.rows.map { $0.joined(separator: ",") }.joined(separator: "\n")
        for splits in [true, false] {
            let anew = try run(again, replacesLinks: true, splitsLinks: splits)
            #expect(anew.rows[0] == ["email", "id", "link", "link2"])
            #expect(anew.rows[2][3].isEmpty == !splits && anew.rows[2][3] != halves.rows[2][3])
        }
        #expect(throws: LinkJob.Failure.self) { try run("email,link2\nada@example.com,x\n") }
    }

    @Test(
        "several columns with addresses are refused, unless one of them is email",
        arguments: ["Mail", "E-Mail Address"]
    )
    func severalAddresses(name: String) throws {
        #expect(throws: LinkJob.Failure.self) { try run("Email Address,\(name)\na@example.com,b@example.com\n") }
        #expect(try run("\(name),Email\nnobody,b@example.com\n").skipped == 0)
    }

    @Test(
        "the column with the address has several names",
        arguments: [
            "email", "E-Mail", " e-mail address ", "EMAIL_ADDRESS", "Mail", "E-Mail-Adresse", "Adresse e-mail",
            "email\u{a0}", "Correo electrónico", "E-mail 1 - Value",
        ]
    )
    func emailNames(name: String) throws {
        #expect(try run("name;\(name)\nAda;ada@example.com\n").skipped == 0)
        #expect(try run("\u{feff}\(name)\nada@example.com\n").skipped == 0)
    }

    @Test("a spreadsheet's first line that only names the separator is understood", arguments: ["\n", "\r\n"])
    func namedSeparator(end: String) throws {
        let result = try run(["sep=;", "name;email", "a,b,c,d;ada@example.com", "x;nobody"].joined(separator: end))
        #expect(result.errors.contains("line 4 left out: email"))
        #expect(result.skipped == 1)
    }

    @Test("UTF-16 is called by its name")
    func utf16() throws {
        let problem = #expect(throws: LinkJob.Failure.self) {
            var job = LinkJob(
                minting: LinkMinting(
                    keys: keys,
                    address: "",
                    survey: nil,
                    issuedAt: Self.now,
                    expiresAt: Self.now,
                    speaks: { _ in true }
                ),
                total: nil,
                write: { _ in }
            )
            try job.read([0xff, 0xfe] + "email\n".utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] })
        }
        #expect(problem?.description.contains("UTF-16") == true)
    }

    @Test("semicolons and tabs separate as well", arguments: [";", "\t"])
    func separators(separator: String) throws {
        let csv = "a,b;email;id\nx,y;ada@example.com;5\n".replacing(";", with: separator)
        #expect(try run(csv.replacing(",", with: "-")).skipped == 0)
    }

    @Test(
        "a list without one email column, or with links already, is refused",
        arguments: ["", "name\nada\n", "email,Email\na,b\n", "email,link\na,b\n", "email\"\"x,\"\n"]
    )
    func refused(csv: String) {
        #expect(throws: LinkJob.Failure.self) { try run(csv) }
    }
}

@Suite("The e-mail block")
struct MailBlockTests {
    @Test("a block for Mailchimp that takes links in one field is warned of, for it cuts them off")
    func cutLinks() {
        #expect(LinksEmail.warning(.mailchimp, isSplit: false)?.contains("--split") == true)
        #expect(LinksEmail.warning(.mailchimp, isSplit: true) == nil)
        #expect(LinksEmail.warning(.plain, isSplit: false) == nil)
    }

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

    @Test("every box is a cell's, since Outlook gives links none, and every colour has a ground")
    func boxes() throws {
        let accent = try Accent("#7a0019")
        let block = try MailBlock(subject: "us", publicDirectory: nil, language: .english, accent: accent)
        let html = block.html(link: "x")
        let cells = html.components(separatedBy: "<td width=\"44\" height=\"44\"").dropFirst()
        #expect(cells.count == 11)
        for cell in cells {
            let (box, link) = (cell.prefix { $0 != ">" }, cell.drop { $0 != ">" })
            #expect(box.contains("bgcolor=\"#ffffff\"") && box.contains("border:1px solid #7a0019"))
            let style = link.prefix { $0 != "\n" }
            #expect(!style.contains("border") && !style.contains("background") && !style.contains("width:"))
        }
        #expect(html.components(separatedBy: "bgcolor=").count == 13)
    }

    @Test("a language without a catalogue is refused with those that there are")
    func language() {
        #expect(throws: SurveyError.self) {
            try MailBlock(subject: "us", publicDirectory: nil, language: Language("tlh"))
        }
    }
}
