import NPSQueue

/// One field of the form, with what can be chosen in it.
struct Choices: Sendable {
    /// So many names are offered, those with the most answers. The others are reached by the comparison.
    private static let limit = 2

    struct Option: Sendable, Hashable {
        /// What is sent; nil for the name itself, which must not lose white space then.
        let value: String?
        let name: String
        let isSelected: Bool
    }

    /// The field's.
    let field: String
    let label: String
    let options: [Option]

    static func all(_ query: StatisticsQuery, _ statistics: NPSStatistics, _ text: Sentences) -> [Choices] {
        let periods = StatisticsQuery.Period.allCases.map {
            Option(value: $0.rawValue, name: text[$0.rawValue + "Period"], isSelected: $0 == query.period)
        }
        return [
            Choices(field: "period", label: text["period"], options: periods),
            named("survey", query.survey.field, statistics.surveys.map(\.name), text),
            named("source", query.source ?? "", statistics.sources.map(\.name), text),
            named("campaign", query.campaign.field, statistics.campaigns.map(\.name), text),
        ]
        .compactMap(\.self)
    }

    /// Nil where there is nothing to choose between, and nothing was chosen.
    private static func named(_ field: String, _ chosen: String, _ names: [String?], _ text: Sentences) -> Choices? {
        guard names.count > 1 || !chosen.isEmpty else { return nil }
        var values = [""] + names.prefix(limit).map { $0 ?? TallySelection.Choice.absentName }
        if !values.contains(chosen) { values.append(chosen) }
        let spoken = ["": text["any"], TallySelection.Choice.absentName: text[field + "Absent"]]
        let options = values.map { value in
            Option(
                value: spoken[value] == nil && !value.contains(where: \.isWhitespace) ? nil : value,
                name: spoken[value] ?? value,
                isSelected: value == chosen && !chosen.isEmpty
            )
        }
        return Choices(field: field, label: text[field], options: options)
    }
}
