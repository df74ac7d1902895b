import NPSModel
import Testing

@Suite("counts of scores")
struct ScoreCountsTests {
    private func counts(promoters: Int, passives: Int, detractors: Int) -> ScoreCounts {
        var counts = ScoreCounts()
        for (value, count) in [(10, promoters), (8, passives), (0, detractors)] {
            if let score = Score(value) { counts[score] = count }
        }
        return counts
    }

    @Test(
        "the score is promoters less detractors in percent",
        arguments: [(1, 0, 0, 100.0), (0, 0, 1, -100), (0, 5, 0, 0), (60, 25, 15, 45), (1, 1, 1, 0)]
    )
    func score(promoters: Int, passives: Int, detractors: Int, expected: Double) {
        #expect(counts(promoters: promoters, passives: passives, detractors: detractors).netPromoterScore == expected)
    }

    @Test("nobody's answers have no score and no margin")
    func nobody() {
        #expect(ScoreCounts().netPromoterScore == nil)
        #expect(ScoreCounts().marginOfError == nil)
    }

    /// 60 of 100 are promoters and 15 detractors: p = 60.75/103, d = 15.75/103, and √((p + d − (p − d)²) / 103) × 196 is 14.35.
    @Test("the margin is that of the adjusted Wald interval")
    func margin() throws {
        let margin = try #require(counts(promoters: 60, passives: 25, detractors: 15).marginOfError)
        #expect(abs(margin - 14.35) < 0.02)
    }

    @Test("a margin stays where all agree, and narrows with the number of answers")
    func agreement() throws {
        let few = try #require(counts(promoters: 3, passives: 0, detractors: 0).marginOfError)
        let many = try #require(counts(promoters: 300, passives: 0, detractors: 0).marginOfError)
        #expect(few > 50)
        #expect(many < 5)
    }

    /// One promoter: p = 1.75/4, d = 0.75/4, so 25 ± 73.5.
    @Test("the interval of one answer reaches from dislike to delight")
    func interval() throws {
        let interval = try #require(counts(promoters: 1, passives: 0, detractors: 0).confidenceInterval)
        #expect(abs(interval.lowerBound + 48.5) < 0.1)
        #expect(abs(interval.upperBound - 98.5) < 0.1)
        #expect(ScoreCounts().confidenceInterval == nil)
    }

    @Test("no interval leaves the scale", arguments: [(0, 0, 1), (4, 0, 0), (1_000_000, 0, 0), (0, 0, 7)])
    func scale(promoters: Int, passives: Int, detractors: Int) throws {
        let counts = counts(promoters: promoters, passives: passives, detractors: detractors)
        let interval = try #require(counts.confidenceInterval)
        #expect(interval.lowerBound >= -100 && interval.upperBound <= 100)
    }

    @Test("sums are by score")
    func sums() {
        var sum = counts(promoters: 1, passives: 2, detractors: 3)
        sum += counts(promoters: 10, passives: 20, detractors: 30)
        #expect(sum == counts(promoters: 11, passives: 22, detractors: 33))
        #expect(sum.total == 66)
    }
}
