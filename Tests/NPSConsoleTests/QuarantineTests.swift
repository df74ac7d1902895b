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
        #expect(html.contains("More problems: 27") && html.contains("after=6"))
        #expect(html.contains("/console/quarantine/replay?source=source-1"))
        #expect(!html.contains("kanarienvogel"))
    }

    @Test("a payload is shown as text, with a limit that doesn't part a character")
    func payload() {
        let text = String(repeating: "ü", count: 2_000) + "<script>"
        let entry = Sample.entry(3, problems: problems, body: Data("<i>é".utf8))
        #expect(pages.payload(entry, at: Sample.date, in: visit).html.contains("&lt;i&gt;é</pre>"))
        let long = pages.payload(Sample.entry(3, body: Data("a\(text)".utf8)), at: Sample.date, in: visit).html
        #expect(long.contains("aü") && !long.contains("\u{FFFD}") && !long.contains("script&gt;"))
        #expect(long.contains("its first 2,799 bytes"))
        let bytes = pages.payload(Sample.entry(3, body: Data([0xFF, 0xD8, 0x00])), at: Sample.date, in: visit).html
        #expect(bytes.contains("\u{FFFD}"))
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
            return pages.replay(ReplayTrial(.all, outcomes: outcomes, untried: untried, at: Sample.date), in: visit)
                .html
        }
        #expect(html([.accepted, .ignored, .invalid]).contains("Do it (2)"))
        #expect(
            html([.invalid]).contains("Nothing would leave the quarantine.") && html([.invalid]).contains("&lt;why&gt;")
        )
        #expect(html([.invalid], untried: 7).contains("Do it (7)"))
        #expect(!html([.failed, .invalid]).contains("<form"))
        #expect(html([]).contains("Nothing is in quarantine.") && !html([]).contains("<dl"))
    }

    @Test("they are small however much there is")
    func weight() {
        for tag in ["en", "de", "ar"] {
            let visit = pages.visit(lang: tag, accepted: [])
            let entries = (1...4).map { Sample.entry(1_000_000 + $0, problems: problems) }
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
            let trial = ReplayTrial(.all, outcomes: outcomes, untried: 900, at: Sample.date)
            #expect(pages.replay(trial, in: visit).bytes.count < 10_000)
        }
    }
}
