/// The three groups of the Net Promoter Score.
package enum ScoreGroup: String, Sendable, Hashable, CaseIterable {
    /// 0 to 6.
    case detractor
    /// 7 and 8.
    case passive
    /// 9 and 10.
    case promoter
}

extension Score {
    package var group: ScoreGroup {
        switch value {
        case ...6: .detractor
        case 7, 8: .passive
        default: .promoter
        }
    }
}
