import NPSModel

/// How many have given each score, as bars and in numbers.
struct Distribution: Sendable {
    struct Row: Sendable {
        let value: Int
        let count: String
    }

    let width: Int
    /// The `d` of the path of each group.
    let detractors: String
    let passives: String
    let promoters: String
    /// The highest score first.
    let rows: [Row]

    init(_ counts: ScoreCounts, _ text: Sentences) {
        let all = Score.all.map { counts[$0] }
        width = all.count * BarPath.step
        func bars(_ group: ScoreGroup) -> String {
            let values = Score.all.map { $0.group == group ? counts[$0] : 0 }
            return BarPath(values: values, largest: all.max() ?? 0, room: 56).data
        }
        (detractors, passives, promoters) = (bars(.detractor), bars(.passive), bars(.promoter))
        rows = Score.all.reversed().map { Row(value: $0.value, count: text.number(counts[$0])) }
    }
}
