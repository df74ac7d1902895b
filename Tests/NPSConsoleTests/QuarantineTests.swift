import Foundation
import NPSModel
import NPSPages
import Testing

@testable import NPSConsole
@testable import NPSQueue

@Suite("The pages of the quarantine")
struct QuarantineTests {
    private let pages: ConsolePages
    private let visit: Visit

    init() throws {
        pages = try ConsolePages()
        visit = pages.visit(lang: nil, accepted: ["en"])
    }

    private let problems = (0..<30).map { FieldProblem(field: "[\($0)].score", message: "must be <given>") }

    private func use(_ sources: Int) -> QuarantineUse {
        var shares = QuarantineShares()
        for number in 0..<sources { shares.add(1_000, to: "source-\(number)") }
        return QuarantineUse(shares, limit: 1 << 20)
    }

    @Test("entries stand with what is wrong, and nothing of their bodies")
    func list() {
        let entries = (1...6).map { Sample.entry($0, problems: problems, body: Data("kanarienvogel".utf8)) }
        let next = QuarantineID(rawValue: 6)
        let board = QuarantineBoard(entries: entries, use: use(2), next: next, at: Sample.date)
        let html = pages.quarantine(board, did: nil, in: visit).html
        #expect(html.contains("Payload 6") && html.contains("[0].score must be &lt;given&gt;"))
        #expect(html.contains("More problems: 28") && html.contains("after=6"))
        #expect(html.contains("/console/quarantine/replay?source=source-1"))
        #expect(!html.contains("kanarienvogel"))
        let past = QuarantineBoard(entries: [], use: use(2), next: nil, at: Sample.date)
        #expect(pages.quarantine(past, did: nil, in: visit).html.contains("None of these is in quarantine any more."))
        let empty = QuarantineBoard(entries: [], use: use(0), next: nil, at: Sample.date)
        #expect(pages.quarantine(empty, did: nil, in: visit).html.contains("Nothing is in quarantine."))
    }

    @Test("sources that don't fit are on pages of their own, and each leads to its entries")
    func sources() {
        let board = QuarantineBoard(entries: [Sample.entry(1)], use: use(20), next: nil, at: Sample.date)
        let first = pages.quarantine(board, did: nil, in: visit).html
        #expect(first.contains(#"<a href="/console/quarantine?sources=2">Other sources: 18</a>"#))
        #expect(first.contains(#"<a href="/console/quarantine?source=source-0">source-0</a>"#))
        #expect(!first.contains("All of the quarantine"))
        let second = QuarantineBoard(.sources(from: 3), entries: [], use: use(20), next: nil, at: Sample.date)
        let rest = pages.quarantine(second, did: nil, in: visit).html
        #expect(rest.count(of: "<th scope=\"row\">") == 7 && rest.contains("sources=10\">Other sources: 10"))
        #expect(rest.contains("All of the quarantine") && !rest.contains("None of these"))
        let past = QuarantineBoard(.sources(from: 99), entries: [], use: use(20), next: nil, at: Sample.date)
        #expect(pages.quarantine(past, did: nil, in: visit).html.contains("None of these is in quarantine any more."))
        let next = QuarantineID(rawValue: 7)
        let own = QuarantineBoard(.source("a b"), entries: [Sample.entry(7)], use: use(2), next: next, at: Sample.date)
        let entries = pages.quarantine(own, did: nil, in: visit).html
        #expect(entries.contains("<b>Everything from a b</b>") && entries.contains("?source=a%20b&amp;after=7"))
    }

    private func payload(_ body: some Sequence<UInt8>) -> String {
        pages.payload(Sample.entry(3, problems: problems, body: Data(body)), at: Sample.date, in: visit).html
    }

    @Test("a payload is shown as text, and what can't be seen is written out")
    func payload() {
        #expect(payload("<i>é".utf8).contains("\n&lt;i&gt;é</pre>") && !payload("<i>".utf8).contains("its beginning"))
        #expect(payload("a\u{202E}b\u{0}c\td".utf8).contains(#"a\u{202E}b\u{0}c"# + "\td</pre>"))
        #expect(payload([0xFF, 0xD8]).contains("\u{FFFD}"))
        #expect(payload("\n\nx".utf8).contains("\n\n\nx</pre>"), "the parser eats the first line break")
    }

    @Test(
        "a long payload is cut by what it weighs as HTML",
        arguments: ["ü", "<", "\"", "\u{202E}", "\u{1}", "x"].map { Array($0.utf8) } + [[0x80], [0xFF]]
    )
    func cut(_ bytes: [UInt8]) {
        let html = payload((0..<2_000).flatMap { _ in bytes } + Array(repeating: 0x78, count: 2_000))
        #expect(html.contains("This is its beginning.") && html.contains("quarantine show 3 --body"))
        #expect(html.utf8.count < 10_000)
    }

    @Test(
        "what is meant is read from an address or a form",
        arguments: [
            (["id": "3"], QuarantineChoice.one(QuarantineID(rawValue: 3))), (["source": "acme"], .source("acme")),
            (["all": "1"], .all),
        ]
    )
    func choice(_ fields: [String: String], choice: QuarantineChoice) {
        #expect(QuarantineChoice { fields[$0] } == choice)
        #expect([choice.field.name: choice.field.value] == fields)
    }

    @Test("nothing, and what isn't a number, means none", arguments: [[:], ["id": "x"], ["source": ""]])
    func noChoice(_ fields: [String: String]) {
        #expect(QuarantineChoice { fields[$0] } == nil)
    }

    @Test("a trial says what would become of each, and offers to do it only where that would do something")
    func trial() {
        func html(_ results: [ReplayTrial.Outcome.Result], untried: Int = 0) -> String {
            let outcomes = results.enumerated().map { index, result in
                ReplayTrial.Outcome(id: QuarantineID(rawValue: Int64(index)), result: result, details: ["<why>"])
            }
            return pages.replay(
                ReplayTrial(.all, outcomes: outcomes, untried: untried, through: nil, at: Sample.date),
                in: visit
            )
            .html
        }
        #expect(html([.accepted, .ignored, .invalid]).contains("Do it (2)"))
        #expect(
            html([.invalid]).contains("Nothing would leave the quarantine.") && html([.invalid]).contains("&lt;why&gt;")
        )
        #expect(html([.invalid], untried: 7).contains("Do it (7)"))
        #expect(!html([.failed, .invalid]).contains("<form"))
        #expect(html([]).contains("None of these is in quarantine any more.") && !html([]).contains("<dl"))
    }

    @Test("nothing is asked about what is gone")
    func gone() {
        let html = pages.discard(.source("nope"), count: 0, through: nil, at: Sample.date, in: visit).html
        #expect(html.contains("None of these is in quarantine any more.") && !html.contains("<form"))
        #expect(html.contains(#"href="/console/quarantine""#))
    }

    @Test("they are small however long what tools send is")
    func longNames() {
        let long = String(repeating: "\"", count: 3_000)
        let problems = (0..<30).map { FieldProblem(field: "\(long)\($0)", message: "must be given") }
        for tag in ["en", "de", "ar"] {
            let visit = pages.visit(lang: tag, accepted: [])
            let entries = (1...QuarantineBoard.length).map { Sample.entry(Int64(1_000_000 + $0), problems: problems) }
            let board = QuarantineBoard(entries: entries, use: use(9), next: entries.last?.id, at: Sample.date)
            #expect(pages.quarantine(board, did: Deed(.replayed, count: 1, left: 1), in: visit).bytes.count < 10_000)
            let entry = Sample.entry(9, problems: problems, body: Data(long.utf8))
            #expect(pages.payload(entry, at: Sample.date, in: visit).bytes.count < 10_000)
            let outcomes = (0..<100).map { number in
                ReplayTrial.Outcome(
                    id: QuarantineID(rawValue: number),
                    result: number.isMultiple(of: 2) ? .invalid : .accepted,
                    details: Array(repeating: long, count: Int(number) % 5)
                )
            }
            let trial = ReplayTrial(.all, outcomes: outcomes, untried: 900, through: nil, at: Sample.date)
            #expect(pages.replay(trial, in: visit).bytes.count < 10_000)
        }
    }

    @Test("they are small however much there is")
    func weight() {
        for tag in ["en", "de", "ar"] {
            let visit = pages.visit(lang: tag, accepted: [])
            let entries = (1...QuarantineBoard.length).map { Sample.entry(Int64(1_000_000 + $0), problems: problems) }
            let board = QuarantineBoard(entries: entries, use: use(9), next: entries.last?.id, at: Sample.date)
            #expect(pages.quarantine(board, did: Deed(.replayed, count: 1, left: 1), in: visit).bytes.count < 10_000)
            let entry = Sample.entry(9, problems: problems, body: Data(String(repeating: "\"x\":", count: 900).utf8))
            #expect(pages.payload(entry, at: Sample.date, in: visit).bytes.count < 10_000)
            let outcomes = (0..<100).map { number in
                ReplayTrial.Outcome(
                    id: QuarantineID(rawValue: number),
                    result: .accepted,
                    details: [ResponseID(source: "a", providerID: "\(number)").rawValue]
                )
            }
            let trial = ReplayTrial(.all, outcomes: outcomes, untried: 900, through: nil, at: Sample.date)
            #expect(pages.replay(trial, in: visit).bytes.count < 10_000)
        }
    }
}
