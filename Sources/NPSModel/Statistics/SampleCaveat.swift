/// Why a Net Promoter Score says less than its number makes believe.
package enum SampleCaveat: String, Sendable, Hashable, Codable, CaseIterable {
    /// Fewer than ``enoughAnswers``: one person more or less moves the score by several points.
    case fewAnswers
    /// Enough answers for that, but a margin of more than ``tolerableMargin`` to either side: a change that is smaller may
    /// be chance.
    case wideMargin
}

extension SampleCaveat {
    /// So many answers are enough not to be called few.
    package static let enoughAnswers = 30
    /// In points of the score.
    package static let tolerableMargin = 10.0
}

extension ScoreCounts {
    /// What has to be said with the score; nil when it may stand for itself, and when there is none.
    package var caveat: SampleCaveat? {
        guard let marginOfError else { return nil }
        if total < SampleCaveat.enoughAnswers { return .fewAnswers }
        return marginOfError > SampleCaveat.tolerableMargin ? .wideMargin : nil
    }
}
