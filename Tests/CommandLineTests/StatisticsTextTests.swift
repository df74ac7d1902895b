import NPSModel
import NPSQueue
import NPSServer
import Testing

@testable import nps_collector

@Suite("The score in words")
struct StatisticsTextTests {
    private func text(
        _ scores: [Int: Int],
        survey: String? = nil,
        campaign: String? = nil,
        isNarrowed: Bool = false
    ) throws -> String {
        let day = try #require(Day("2026-11-30"))
        let counts = try scores.map { value, count in
            let tally = Tally(day: day, score: try #require(Score(value)), survey: survey, campaign: campaign)
            return TallyCount(tally, source: "link", count: count)
        }
        let selection = TallySelection(from: Day("2026-11-01"), through: day)
        let report = StatisticsReport(NPSStatistics(counts, of: selection), of: selection)
        return StatisticsText(report, isNarrowed: isNarrowed).whole
    }

    @Test("a score has its margin, its groups, its distribution and its tables")
    func whole() throws {
        let text = try text([10: 400, 9: 200, 8: 250, 0: 150, 5: 1], survey: "spring")
        #expect(
            text == """
                NPS +44.9, from 1001 answers, 2026-11-01 to 2026-11-30. With 95 % certainty it is between +40.1 and +49.3.
                600 promoters (59.9 %), 250 passives (25.0 %), 151 detractors (15.1 %).

                score  answers
                -----  -------  ----------------------------------------
                   10      400  ########################################
                    9      200  ####################
                    8      250  #########################
                    7        0
                    6        0
                    5        1  #
                    4        0
                    3        0
                    2        0
                    1        0
                    0      150  ###############

                week of     answers    NPS
                ----------  -------  -----  -----
                2026-11-30     1001  +44.9  ± 4.6

                survey  answers    NPS
                ------  -------  -----  -----
                spring     1001  +44.9  ± 4.6

                source  answers    NPS
                ------  -------  -----  -----
                link       1001  +44.9  ± 4.6

                """
        )
    }

    @Test("a small sample is called small, in its row too")
    func few() throws {
        let text = try text([10: 2, 3: 1])
        #expect(text.hasPrefix("NPS +33.3, from 3 answers, "))
        #expect(text.contains("\nWith fewer than 30 answers this is a beginning and no score yet"))
        #expect(text.contains("between -51.3 and +84.7."))
        #expect(text.contains("few answers\n"))
        #expect(try self.text([10: 1]).contains("from 1 answer, "))
    }

    @Test("a wide margin is called wide")
    func wide() throws {
        let text = try text([10: 20, 8: 9, 3: 7])
        #expect(text.contains("\nThat is a wide span: "))
        #expect(!text.contains("few answers"))
    }

    @Test("campaigns have a table when there are any, and a name that drives the terminal is text")
    func campaigns() throws {
        #expect(!(try text([10: 1]).contains("campaign")))
        let text = try text([10: 1], campaign: "a\u{1B}[2Jb")
        #expect(text.contains("campaign") && text.contains("a·[2Jb"))
    }

    @Test("nothing is a sentence")
    func nothing() throws {
        #expect(try text([:]) == "No answers were counted from 2026-11-01 to 2026-11-30.\n")
        #expect(try text([:], isNarrowed: true) == "No such answers were counted from 2026-11-01 to 2026-11-30.\n")
    }
}
