import NPSModel
import NPSQueue
import Testing

struct NPSStatisticsTests {
    private let counts: [TallyCount]

    init() throws {
        counts = [
            try Self.count("2026-11-22", 10, 4, source: "survey", survey: "spring", campaign: "c1"),
            try Self.count("2026-11-23", 10, 2, source: "survey", survey: "spring", campaign: "c2"),
            try Self.count("2026-11-29", 0, 1, source: "typeform"),
            try Self.count("2026-11-30", 7, 3, source: "typeform", campaign: "c1"),
        ]
    }

    private static func count(
        _ day: String,
        _ score: Int,
        _ count: Int,
        source: String,
        survey: String? = nil,
        campaign: String? = nil
    ) throws -> TallyCount {
        let tally = Tally(
            day: try #require(Day(day)),
            score: try #require(Score(score)),
            survey: survey,
            campaign: campaign
        )
        return TallyCount(tally, source: source, count: count)
    }

    @Test("All answers are counted once in each respect")
    func all() throws {
        let statistics = NPSStatistics(counts)
        #expect(statistics.overall.total == 10)
        #expect(statistics.overall[.promoter] == 6)
        #expect(statistics.overall.netPromoterScore == 50)
        #expect(statistics.weeks.map(\.name.text) == ["2026-11-16", "2026-11-23", "2026-11-30"])
        #expect(statistics.weeks.map(\.counts.total) == [4, 3, 3])
        #expect(statistics.surveys.map(\.name) == ["spring", nil])
        #expect(statistics.surveys.map(\.counts.total) == [6, 4])
        #expect(statistics.sources.map(\.name) == ["survey", "typeform"])
        #expect(statistics.campaigns.map(\.name) == ["c1", "c2", nil])
        #expect(statistics.campaigns.map(\.counts.total) == [7, 2, 1])
    }

    @Test("A selection leaves out what it doesn't hold")
    func selection() throws {
        let day = try #require(Day("2026-11-23"))
        #expect(NPSStatistics(counts, of: TallySelection(from: day)).overall.total == 6)
        #expect(NPSStatistics(counts, of: TallySelection(through: day)).overall.total == 6)
        #expect(NPSStatistics(counts, of: TallySelection(from: day, through: day)).overall.total == 2)
        #expect(NPSStatistics(counts, of: TallySelection(survey: .named("spring"))).overall.total == 6)
        #expect(NPSStatistics(counts, of: TallySelection(survey: .absent)).overall.total == 4)
        #expect(NPSStatistics(counts, of: TallySelection(campaign: .named("c1"))).overall.total == 7)
        #expect(NPSStatistics(counts, of: TallySelection(campaign: .absent)).overall.total == 1)
        #expect(NPSStatistics(counts, of: TallySelection(source: "typeform")).overall.total == 4)
        #expect(NPSStatistics(counts, of: TallySelection(source: "other")).overall.netPromoterScore == nil)
    }

    @Test("Nothing is said of nothing, and cells that are empty have no row")
    func nothing() throws {
        let empty = try Self.count("2026-11-30", 7, 0, source: "typeform")
        for statistics in [NPSStatistics([]), NPSStatistics([empty])] {
            #expect(statistics.overall.total == 0)
            #expect(statistics.weeks.isEmpty)
            #expect(statistics.surveys.isEmpty)
            #expect(statistics.sources.isEmpty)
            #expect(statistics.campaigns.isEmpty)
        }
    }

    @Test("A year is whole weeks up to the day", arguments: ["2026-11-30", "2026-12-06"])
    func year(_ day: String) throws {
        let day = try #require(Day(day))
        let days = TallySelection.year(through: day)
        #expect(days.lowerBound.text == "2025-12-01")
        #expect(days.upperBound == day)
    }
}
