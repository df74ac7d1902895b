import Foundation
import NPSModel
import NPSPages
import NPSQueue
import Testing

@testable import NPSConsole

@Suite("The overview")
struct OverviewTests {
    let pages: ConsolePages

    init() throws { pages = try ConsolePages() }

    private func html(_ overview: Overview, _ tag: String = "en") -> String {
        pages.overview(overview, in: pages.visit(lang: tag, accepted: [])).html
    }

    @Test("says what to do first where nothing ever came, and draws no empty chart")
    func untouched() {
        var overview = Overview.sample()
        overview.books = .sample()
        overview.formAddress = "https://nps.example.com/survey"
        let page = html(overview)
        #expect(page.contains("Nothing has come yet"))
        #expect(page.contains(#"<a href="https://nps.example.com/survey" dir="ltr">"#))
        #expect(!page.contains("class=\"bars\""))
        #expect(page.contains("<div class=\"card good\">\n<h2>Needs a person</h2>\n<b>Nothing</b>"))
    }

    @Test("has the books with their sum, the same numbers in the picture, and where to look after them")
    func busy() {
        let page = html(.busy())
        #expect(page.contains("<tr><th scope=\"row\">Waiting<td>1,200,000\n"))
        #expect(page.contains("<tr class=\"sum\"><th scope=\"row\">Accepted<td>9,876,543"))
        #expect(page.contains("Waiting: 1,200,034; Parked: 12,345;"))
        #expect(page.contains(#"<a href="/console/parked?lang=en">Parked responses: 12,345</a>"#))
        #expect(page.contains(#"<a href="/console/quarantine?lang=en">Deliveries in quarantine: 54,321</a>"#))
        #expect(page.contains("class=\"bars\""))
        #expect(!page.contains("Nothing has come yet"))
    }

    @Test("says that delivery is paused and why, and that nothing is accepted and why")
    func troubled() {
        var overview = Overview.sample(delivery: "paused", "Planhat refuses the <token>.")
        overview.acceptanceProblem = "The disk is full."
        let page = html(overview)
        #expect(page.contains("Paused: a person is needed"))
        #expect(page.contains("Planhat refuses the &lt;token&gt;."))
        #expect(page.contains("The disk is full."))
        #expect(page.contains("The queue doesn’t answer"))
        #expect(!page.contains("<b>Nothing</b>"))
        #expect(!page.contains("<table>") && !page.contains("Around it"))
    }

    @Test(
        "names the sources that somebody has to look after first, and leads to the others",
        arguments: ["NPSSourceSilent"]
    )
    func sources(alert: String) throws {
        var overview = Overview.busy()
        overview.alerts = ["\(alert) tool29", "NPSResponsesParked", "NPSOfTomorrow x"]
        let page = html(overview)
        let silent = try #require(page.firstRange(of: "<bdi>tool29</bdi> <span class=\"warn\"><b>silent</b></span>"))
        let other = try #require(page.firstRange(of: "<bdi>tool1</bdi>"))
        #expect(silent.lowerBound < other.lowerBound)
        #expect(page.contains("Nothing comes from tool29 any more."))
        #expect(page.contains("The alert NPSOfTomorrow x holds"))
        #expect(page.contains("/console/sources?lang=en"))
        #expect(page.count(of: "<bdi>tool") == OverviewView.sourceLimit)
        let all = pages.sources(overview, in: pages.visit(lang: nil, accepted: [])).html
        #expect(all.count(of: "<bdi>tool") == 30)
    }

    @Test("weighs with its head at most 10 KB, however large the numbers are", arguments: ConsolePagesTests.tags)
    func weight(tag: String) {
        var overview = Overview.busy()
        overview.alerts = ["NPSSourceSilent tool29", "NPSBacklogOld"]
        let size = html(overview, tag).utf8.count
        #expect(size <= 9_600, "\(size)")
    }

    @Test("needs nothing else, and prints every sentence", arguments: ConsolePagesTests.tags)
    func plain(tag: String) {
        for overview in [Overview.sample(), .busy()] {
            let page = html(overview, tag)
            for forbidden in ["<script", "src=", "url(", "@import", "<link", "<img", "style=\"", "{{", "{count}"] {
                #expect(!page.contains(forbidden), "\(forbidden)")
            }
            // A sentence that is missing shows its name.
            #expect(page.firstMatch(of: />(overview|need|trouble|fact|way|books|delivery|alert)[A-Z]/) == nil)
        }
    }

    @Test("renews itself unless it was told not to, and says which")
    func renewal() {
        var overview = Overview.busy()
        #expect(html(overview).contains(#"<a href="/?still=1&amp;lang=en">Stop that</a>"#))
        overview.renewsItself = false
        #expect(html(overview).contains(#"<a href="/?lang=en">Renew it every minute</a>"#))
    }
}

extension String {
    func count(of part: String) -> Int { ranges(of: part).count }
}
