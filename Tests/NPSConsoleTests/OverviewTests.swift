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
        #expect(page.contains("<b>1,200,034</b> Waiting</p>"))
        #expect(page.contains("<p class=\"look\"><b>12,345</b> Parked</p>"))
        #expect(page.contains("Came in within 24 hours</p>") && page.contains("<span>2026-11-29 16:00</span>"))
        #expect(page.contains(#"<a href="/console/parked?lang=en">Parked responses: 12,345</a>"#))
        #expect(page.contains(#"<a href="/console/quarantine?lang=en">Payloads in quarantine: 54,321</a>"#))
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
        #expect(page.contains("Not everything answers"))
        #expect(!page.contains("<b>Nothing</b>"))
        #expect(!page.contains("<table>") && !page.contains("Surroundings"))
    }

    @Test("names the sources that somebody has to look after, and leads to all")
    func sources() {
        var overview = Overview.busy()
        overview.alerts = [
            .init(name: "NPSSourceSilent", source: "tool29"), .init(name: "NPSResponsesParked", source: ""),
            .init(name: "NPSOfTomorrow", source: ""),
        ]
        overview.sources?.append(.init(label: "gone", record: nil, isConfigured: false))
        let page = html(overview)
        #expect(page.contains("Sources that send nothing any more: tool29"))
        #expect(page.contains("knows only the name. <code>NPSOfTomorrow</code></p>"))
        #expect(page.count(of: "NPSResponsesParked") == 1, "the books say so already")
        #expect(page.contains("/console/sources?lang=en"))
        #expect(html(overview).count(of: "<bdi>tool") == 0, "they have a page of their own")
        let table = pages.sources(overview, after: "tool28", in: pages.visit(lang: nil, accepted: [])).html
        #expect(table.contains("<bdi>tool29</bdi> <span class=\"warn\"><b>silent</b></span>"))
    }

    @Test("has a page of all sources, which goes on where there are many")
    func allSources() {
        var overview = Overview.busy()
        overview.sources?.append(.init(label: "gone", record: nil, isConfigured: false))
        let visit = pages.visit(lang: nil, accepted: [])
        let first = pages.sources(overview, after: "", in: visit).html
        #expect(first.contains("not in the settings"))
        #expect(first.count(of: "<bdi>tool") == 19)
        #expect(first.contains("<a href=\"/console/sources?after=tool26\">Next page</a>"))
        let second = pages.sources(overview, after: "tool26", in: visit).html
        #expect(second.count(of: "<bdi>tool") == 11 && !second.contains("Next page"))
        overview.sources = []
        #expect(pages.sources(overview, after: "", in: visit).html.contains("There are no sources."))
    }

    @Test("is not green while somebody has to look: nobody delivers, it isn't known, another collector has an alert")
    func moods() {
        #expect(html(.sample()).contains("<div class=\"card warn\">\n<h2>Needs a person</h2>\n<b>Not known just now"))
        var shared = Overview.sample(delivery: "elsewhere", "Another collector delivers.")
        let heading = "\n<h2>Delivering to Planhat</h2>\n<b>"
        shared.books = .sample()
        shared.books?.leadership = Leadership(name: nil, since: nil, collectors: [])
        #expect(html(shared).contains("<div class=\"card bad\">\(heading)No collector delivers."))
        shared.books?.leadership?.name = "a"
        #expect(html(shared).contains("<div class=\"card good\">\(heading)Another collector"))
        #expect(!html(shared).contains("within the last minute"))
        shared.alerts = [.init(name: "NPSDeliveryPaused", source: "")]
        #expect(html(shared).contains("<div class=\"card bad\">\(heading)"))
        #expect(html(shared).contains("that delivers says why. Collector: a. <code>NPSDeliveryPaused</code>"))
    }

    @Test("says what holds at another collector, where, and where somebody deals with it")
    func elsewhere() {
        var overview = Overview.sample(delivery: "elsewhere", "Another collector delivers.")
        overview.books = .sample(accepted: 3, parked: 3, quarantined: 1)
        overview.books?.leadership = Leadership(name: "north", since: nil, collectors: [])
        overview.certificates = [.init(name: "a.example", expires: Overview.date, problem: "It ends: renew it.")]
        overview.alerts = [
            .init(name: "NPSDeliveryPaused"), .init(name: "NPSDiskLow", collector: "south"),
            .init(name: "NPSCertificateEnds"), .init(name: "NPSCertificateEnds", collector: "west"),
            .init(name: "NPSNotAccepting", collector: "south"), .init(name: "NPSNotAccepting", collector: "east"),
            .init(name: "NPSQuarantineFull", source: "tool"),
        ]
        let page = html(overview)
        let paused = "Delivery is paused: the page of the collector that delivers says why."
        #expect(page.contains("<p>\(paused)</p>"), "at delivering")
        #expect(page.contains("\(paused) Collector: north. <code>NPSDeliveryPaused</code>"))
        #expect(page.contains("Nothing is accepted. Collector: east, south. <code>NPSNotAccepting</code>"))
        #expect(page.contains("or ends within days. Collector: west. <code>NPSCertificateEnds</code>"))
        #expect(page.contains("quarantine?lang=en\">No room left in quarantine: tool</a>"))
    }

    @Test("doesn't tell of an alert that the books say is over, nor that nothing is left where something waits")
    func over() {
        var overview = Overview.sample()
        overview.books = .sample(accepted: 1, delivered: 1)
        overview.alerts = [.init(name: "NPSQuarantineGrowing", source: "tool"), .init(name: "NPSResponsesParked")]
        #expect(html(overview).contains("<b>Nothing</b>") && html(overview).contains("<b>Nothing to deliver</b>"))
        overview.books = nil
        #expect(html(overview).contains("NPSQuarantineGrowing"))
        overview.books = .sample(accepted: 1, pending: 1)
        #expect(html(overview).contains("<b>Nothing due just now</b>"))
    }

    @Test("tells of deletions at Planhat that are late, and how many erased ones may still be there")
    func deletions() {
        var overview = Overview.busy()
        overview.books?.unconfirmed = 1_234
        #expect(!html(overview).contains("Still to be deleted"))
        #expect(html(overview).contains("<dt>Erased here, perhaps still at Planhat</dt><dd><bdi>1,234<"))
        overview.lateDeletions = 7
        #expect(html(overview).contains("after the erasure here: 7. See queue list"))
        overview.lateDeletions = Overview.mostLate
        #expect(html(overview).contains("after the erasure here: 100+. See queue list"))
    }

    @Test("tells every trouble of the books, and an alert that says the same isn't told twice")
    func troubles() throws {
        let page = html(try .troubled())
        for sentence in [
            "erased within a week: 7", "No room left in quarantine: tool1", "No collector delivers", "And more:",
        ] { #expect(page.contains(sentence), "\(sentence)") }
        #expect(page.count(of: "<p class=\"need\">") == Need.limit)
        #expect(page.count(of: "NPSQuarantineFull") == 1)
        #expect(page.contains("<dt>Last queue backup</dt><dd><bdi>2 h ago"))
        #expect(page.contains("1.2\u{A0}GB of 20.0\u{A0}GB"))
        #expect(page.contains("which end later</dt><dd><bdi>11<"))
        #expect(page.contains("<bdi>one, two, three, four, five + 7<"))
        let needs = Need.all(
            try .troubled(),
            pages.sentences(pages.visit(lang: nil, accepted: [])),
            pages.visit(lang: nil, accepted: [])
        )
        let all = needs.map(\.sentence).joined(separator: "\n")
        for sentence in ["clock seems to be wrong", "put back from a backup", "A certificate has to be renewed"] {
            #expect(all.contains(sentence), "\(sentence)")
        }
    }

    @Test("weighs with its head at most 10 KB, however large the numbers are", arguments: ConsolePagesTests.tags)
    func weight(tag: String) throws {
        var overview = Overview.busy()
        overview.alerts = [.init(name: "NPSSourceSilent", source: "tool29"), .init(name: "NPSBacklogOld", source: "")]
        let size = html(overview, tag).utf8.count
        #expect(size <= 9_600, "\(size)")
        let troubled = html(try .troubled(), tag).utf8.count
        #expect(troubled <= 9_600, "\(troubled)")
        overview.sources = (10..<99).map { number in
            let label = "tool-\(number)-" + String(repeating: "x", count: 56)
            return .init(label: label, record: overview.sources?.first?.record, isConfigured: false)
        }
        let sources = pages.sources(overview, after: "", in: pages.visit(lang: tag, accepted: [])).html.utf8.count
        #expect(sources <= 9_600, "\(sources)")
    }

    @Test("needs nothing else, and prints every sentence", arguments: ConsolePagesTests.tags)
    func plain(tag: String) throws {
        for overview in [Overview.sample(), .busy(), try .troubled()] {
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
        #expect(html(overview).contains(#"<a href="/?still=1&amp;lang=en">Stop renewing</a>"#))
        overview.renewsItself = false
        #expect(html(overview).contains(#"<a href="/?lang=en">Renew it every minute</a>"#))
    }
}

extension String {
    func count(of part: String) -> Int { ranges(of: part).count }
}
