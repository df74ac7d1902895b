import NPSModel
import NPSQueue
import Testing

@testable import NPSApp

@Suite("What verbs ask of the collector")
struct AdminClientTests {
    @Test("a selection is a query, in which what is left out isn't, and which spells what is absent as the pages do")
    func query() {
        #expect(AdminClient.query(TallySelection()) == "")
        let selection = TallySelection(
            from: Day("2026-01-31"),
            through: Day("2026-02-01"),
            survey: .absent,
            campaign: .named("a&b=c d/ä"),
            source: "link"
        )
        let expected = "?from=2026-01-31&to=2026-02-01&survey=~&source=link&campaign=a%26b%3Dc%20d%2F%C3%A4"
        #expect(AdminClient.query(selection) == expected)
    }
}
