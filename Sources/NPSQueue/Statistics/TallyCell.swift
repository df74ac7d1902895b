import NPSModel

/// How often a source has a tally: a row of the table `tallies`.
struct TallyCell: Sendable, Hashable {
    /// In the order of which they are read.
    struct Place: Sendable, Hashable, Comparable {
        let code: TallyCode
        let source: String

        /// Before all of this day, or before all.
        static func start(_ day: Day? = nil) -> Place {
            Place(code: TallyCode(rawValue: day.map(TallyCode.first) ?? ""), source: "")
        }

        static func < (first: Place, second: Place) -> Bool {
            (first.code.rawValue, first.source) < (second.code.rawValue, second.source)
        }
    }

    let place: Place
    /// What a writer adds, with a minus what it takes away; or the sum of that.
    let count: Int
}
