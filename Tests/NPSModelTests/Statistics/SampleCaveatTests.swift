import NPSModel
import Testing

struct SampleCaveatTests {
    @Test(
        "A score is qualified while its sample is small or its margin wide",
        arguments: [
            (0, 0, nil), (1, 0, .fewAnswers), (29, 0, .fewAnswers), (30, 0, .wideMargin), (100, 0, nil),
            (100, 100, .wideMargin), (400, 400, nil),
        ] as [(Int, Int, SampleCaveat?)]
    )
    func caveat(_ promoters: Int, _ detractors: Int, _ caveat: SampleCaveat?) throws {
        var counts = ScoreCounts()
        counts[try #require(Score(10))] = promoters
        counts[try #require(Score(0))] = detractors
        #expect(counts.caveat == caveat)
    }
}
