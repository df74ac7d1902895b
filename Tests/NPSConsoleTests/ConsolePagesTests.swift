import Foundation
import NPSPages
import Testing

@testable import NPSConsole

@Suite("The operators' pages")
struct ConsolePagesTests {
    let pages: ConsolePages

    init() throws { pages = try ConsolePages() }

    @Test("fit together: every template parses, and prints only sentences that there are")
    func templates() {
        let visit = pages.visit(lang: "de", accepted: [])
        let html = pages.notice(.notFound, at: Date(timeIntervalSince1970: 0), in: visit).html
        #expect(html.contains("<h1>Diese Seite gibt es nicht</h1>"))
        #expect(html.contains("1970-01-01 00:00"))
    }
}
