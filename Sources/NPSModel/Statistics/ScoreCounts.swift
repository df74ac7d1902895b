/// How many answers have each score: all that the Net Promoter Score is computed from.
package struct ScoreCounts: Sendable, Hashable {
    /// By score, 0 to 10.
    private var counts = [Int](repeating: 0, count: 11)

    package init() {}

    package subscript(score: Score) -> Int {
        get { counts[score.value] }
        set { counts[score.value] = newValue }
    }

    package subscript(group: ScoreGroup) -> Int {
        Score.all.reduce(0) { $0 + ($1.group == group ? self[$1] : 0) }
    }

    package var total: Int { counts.reduce(0, +) }

    package static func + (left: ScoreCounts, right: ScoreCounts) -> ScoreCounts {
        var sum = left
        for score in Score.all { sum[score] += right[score] }
        return sum
    }

    package static func += (left: inout ScoreCounts, right: ScoreCounts) { left = left + right }
}

extension ScoreCounts {
    /// The Net Promoter Score: promoters less detractors as a percentage of all, −100 to 100. Nil without an answer.
    package var netPromoterScore: Double? {
        guard total > 0 else { return nil }
        return 100 * Double(self[.promoter] - self[.detractor]) / Double(total)
    }

    /// By how much the score may be off: half of the width of ``confidenceInterval``, in the same points. Nil without an answer.
    package var marginOfError: Double? { adjusted?.margin }

    /// Where the score of all people lies with a certainty of 95 %, if those who answered are like the others. Nil without an
    /// answer. It is drawn towards 0 a little, so the score isn't its middle, above all while there are few answers: of one
    /// promoter and nobody else, a score of 100 tells little.
    ///
    /// The adjusted Wald interval with three imagined answers (¾ promoter, 1½ passive, ¾ detractor), which holds what it
    /// says for small samples too, where the plain one is far too narrow (B. Rocks, "Interval Estimation for the 'Net
    /// Promoter Score'", The American Statistician 70, 2016).
    package var confidenceInterval: ClosedRange<Double>? {
        adjusted.map { max(-100, $0.middle - $0.margin)...min(100, $0.middle + $0.margin) }
    }

    private var adjusted: (middle: Double, margin: Double)? {
        guard total > 0 else { return nil }
        let all = Double(total) + 3
        let promoters = (Double(self[.promoter]) + 0.75) / all
        let detractors = (Double(self[.detractor]) + 0.75) / all
        let balance = promoters - detractors
        let variance = promoters + detractors - balance * balance
        return (100 * balance, 100 * 1.959_964 * (variance / all).squareRoot())
    }
}
