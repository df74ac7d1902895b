import Foundation
import NPSModel
import NPSPages
import NPSQueue
import Testing

@testable import NPSConsole

@Suite("The page of the NPS")
struct StatisticsPageTests {
    private let pages: ConsolePages
    private let today = Day(Overview.date)

    init() throws { pages = try ConsolePages() }

    private func html(
        _ counts: [TallyCount]?,
        _ fields: [String: String] = [:],
        tag: String? = nil
    ) -> String {
        let query = StatisticsQuery { fields[$0] }
        return pages.statistics(counts, of: query, at: Overview.date, in: pages.visit(lang: tag, accepted: [])).html
    }

    private func count(
        _ score: Int,
        _ count: Int,
        daysAgo: Int = 0,
        survey: String? = nil,
        campaign: String? = nil,
        source: String = "survey"
    ) throws -> TallyCount {
        let day = Day(rawValue: today.rawValue - daysAgo)
        let tally = Tally(day: day, score: try #require(Score(score)), survey: survey, campaign: campaign)
        return TallyCount(tally, source: source, count: count)
    }

    @Test("has the score with its margin, the groups and how many gave each score")
    func score() throws {
        let page = html([try count(10, 60), try count(7, 20), try count(0, 20)])
        #expect(
            page.contains("<b>+40.0</b>")
        )
        #expect(page.contains("With 95 % certainty between +23.4 and +54.3"))
        #expect(page.contains("Answers: 100"))
        #expect(page.contains("2025-12-01 to 2026-11-30, in UTC"))
        #expect(page.contains("<th scope=\"row\">Promoters, 9–10<td>60<td>60.0\u{A0}%"))
        #expect(page.contains("<tr><th>10<td>60\n"))
        #expect(page.contains("<tr><th>1<td>0\n"))
        #expect(page.contains("M0 0h100V-56h10V0"))
        #expect(page.contains("The margin is wide"))
    }

    @Test("says that a small sample is one, and nothing of the kind of a large one")
    func caveats() throws {
        #expect(html([try count(10, 29)]).contains("Few answers"))
        let sure = html([try count(9, 400), try count(3, 100)])
        #expect(!sure.contains("Few answers") && !sure.contains("The margin is wide"))
        #expect(!sure.contains("card warn"))
    }

    @Test("counts what was chosen, and keeps the choice in the form, whatever it is called")
    func choice() throws {
        let counts = [
            try count(10, 1, survey: "spring", campaign: "a & <b>"), try count(0, 2, survey: "autumn"), try count(5, 4),
        ]
        let named = html(counts, ["survey": "spring", "period": "month"])
        #expect(named.contains("Answers: 1<"))
        #expect(named.contains("<option selected>spring<"))
        #expect(named.contains("<option value=\"month\" selected>About a month<"))
        #expect(html(counts, ["survey": "~"]).contains("Answers: 4<"))
        #expect(
            html(counts, ["campaign": "a & <b>"]).contains(
                "<option value=\"a &amp; &lt;b&gt;\" selected>a &amp; &lt;b&gt;<"
            )
        )
        let unknown = html(counts, ["survey": "<gone>", "period": "decade"])
        #expect(unknown.contains("No answers match"))
        #expect(unknown.contains("<option selected>&lt;gone&gt;<"))
        #expect(unknown.contains("<option value=\"year\" selected>"))
    }

    @Test("carries a language on that was chosen by hand")
    func language() throws {
        let field = "<input type=\"hidden\" name=\"lang\" value=\"de\">"
        #expect(html([], tag: "de").contains(field))
        #expect(!html([]).contains("name=\"lang\""))
    }

    @Test("says that the queue doesn't answer, and that there is nothing")
    func nothing() {
        #expect(html(nil).contains("Not everything answers"))
        #expect(html([]).contains("No answers match"))
        #expect(!html([]).contains("<select id=\"survey\""))
    }

    @Test("draws weeks that follow each other as a line, one alone as a dot, and nothing for those without an answer")
    func trend() throws {
        let text = try SentenceCatalogue(ConsoleFiles().catalogues)[.english]
        let counts = try [0, 7, 21].map { try count($0 == 7 ? 0 : 10, 100, daysAgo: $0) }
        let weeks = NPSStatistics(counts).weeks
        let first = Day(rawValue: today.rawValue - 29)
        let trend = try #require(WeekTrend(weeks, from: first, through: today, text))
        #expect(trend.width == 60)
        #expect(trend.line == "M25-100h0M45 100h0l10-200")
        #expect(trend.from == "2026-10-26" && trend.to == "2026-11-30")
        // Drawn towards the middle, the interval doesn't reach the end of the scale.
        #expect(trend.margins.hasPrefix("M25-"))
        #expect(WeekTrend(Array(weeks.prefix(1)), from: first, through: today, text) == nil)
    }

    @Test("draws no more weeks than a year has, of however many there are")
    func longTrend() throws {
        let text = try SentenceCatalogue(ConsoleFiles().catalogues)[.english]
        let weeks = NPSStatistics(try (0..<300).map { try count(9, 1, daysAgo: $0 * 7) }).weeks
        let trend = try #require(WeekTrend(weeks, from: nil, through: today, text))
        #expect(trend.width == WeekTrend.limit * BarPath.step)
        #expect(trend.margins.ranges(of: "M").count == WeekTrend.limit)
    }

    @Test("compares what there is more than one of, and adds up what there is no room for")
    func comparison() throws {
        let counts = try (1...9).map { try count(10, 10 - $0, campaign: "c\($0)", source: "tool") }
        let page = html(counts)
        #expect(page.contains("By campaign"))
        #expect(!page.contains("By source"))
        #expect(page.contains("<tr><th>c1<td>9<td>+100.0<td>"))
        #expect(page.contains("<a href=\"/console/nps?by=campaign\">all others</a><td>28<td>+100.0"))
        #expect(!page.contains("<tr><th>c3"))
        let all = html(counts, ["by": "campaign", "campaign": ""])
        #expect(
            all.contains("<tr><th><a href=\"/console/nps?campaign=c9\">c9</a><td>1<td>")
                && !all.contains("class=\"big\"")
        )
        #expect(html(counts, ["by": "campaign", "after": "99"]).contains("No answers match"))
    }

    @Test("goes on page by page where much is compared, with the choice")
    func pagesOfParts() throws {
        let counts = try (10...99).map { try count(10, 1, campaign: "c\($0)", source: "tool") }
        let first = html(counts, ["by": "campaign", "period": "month"])
        let next = first.firstMatch(of: /nps\?by=campaign&amp;period=month&amp;after=(\d+)">Next page/)
        #expect((20...40).contains(try #require(next.flatMap { Int($0.1) })))
        let last = html(counts, ["by": "campaign", "after": "80"])
        #expect(last.contains(">c99</a><td>") && !last.contains("Next page"))
    }

    @Test("leads from each name to what was answered there, with the rest of the choice, and from those without a name")
    func narrowing() throws {
        let counts = try ["a", "b", nil].map { try count(9, 1, survey: $0, campaign: "c & d") } + [try count(9, 1)]
        let surveys = html(
            counts,
            ["by": "survey", "period": "month", "campaign": "c & d", "source": "survey"],
            tag: "de"
        )
        let rest = "&amp;source=survey&amp;campaign=c%20%26%20d&amp;lang=de"
        #expect(surveys.contains("<a href=\"/console/nps?period=month&amp;survey=b\(rest)\">b</a>"))
        #expect(surveys.contains("<a href=\"/console/nps?period=month&amp;survey=~\(rest)\">ohne Namen</a>"))
        #expect(html(counts, ["by": "source"]).contains("<a href=\"/console/nps?source=survey\">survey</a>"))
        let weeks = html(try [0, 7].map { try count(9, 1, daysAgo: $0) }, ["by": "week"])
        #expect(weeks.contains("<tr><th>2026-11-30<td>1"), "a week is no choice")
    }

    @Test("has every name on some page, however long they are, and no page is large", arguments: ConsolePagesTests.tags)
    func longNames(tag: String) throws {
        let names = (100..<250).map { "\($0)" + String(repeating: $0.isMultiple(of: 2) ? "é" : "<", count: 61) }
        let counts = try names.map { try count(9, 1, survey: $0, campaign: "5f0c1e2d3b4a596877869501", source: $0) }
        for comparison in ["survey", "source"] {
            var (place, found): (String?, Int) = ("0", 0)
            while let after = place {
                let fields = ["by": comparison, "after": after, "campaign": "5f0c1e2d3b4a596877869501"]
                let page = html(counts, fields, tag: tag)
                #expect(page.utf8.count <= 9_600, "\(page.utf8.count)")
                found += page.count(of: "<tr><th><a ")
                place = page.firstMatch(of: /after=(\d+)/).map { String($0.1) }
            }
            #expect(found == names.count)
        }
    }

    @Test("weighs with its head at most 10 KB, however much there is", arguments: ConsolePagesTests.tags)
    func weight(tag: String) throws {
        var counts: [TallyCount] = []
        for week in 0..<54 where week != 30 {
            for score in 0...10 {
                for part in 0..<12 {
                    let number = (score * 7 + week * 3 + part) % 13 * (score > 8 ? 900 : 200)
                    counts.append(
                        try count(
                            score,
                            number,
                            daysAgo: week * 7,
                            survey: part == 0 ? nil : "survey-\(part)",
                            campaign: part == 3 ? nil : "5f0c1e2d3b4a59687786950\(part)",
                            source: "tool\(part)"
                        )
                    )
                }
            }
        }
        let page = html(counts, tag: tag)
        #expect(page.utf8.count <= 9_600, "\(page.utf8.count)")
        let weeks = html(counts, ["by": "week"], tag: tag).utf8.count
        #expect(weeks <= 9_600, "\(weeks)")
        for forbidden in ["<script", "src=", "url(", "style=\"", "{{", "{count}"] { #expect(!page.contains(forbidden)) }
    }
}
