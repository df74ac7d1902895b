import ArgumentParser
import NPSApp
import NPSModel
import NPSQueue
import NPSServer

/// `queue stats`: the Net Promoter Score of what was answered.
struct QueueStats: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract:
            "Print the Net Promoter Score with its margin of error, the scores, and what they are by week and by source.",
        discussion: """
            Counts answers by the day in UTC on which the person answered, whether they are delivered or not, without those that \
            may be a bot's and those that were erased. Without --from about a year is counted, in whole weeks. For --survey \
            and --campaign, - stands for the answers that have none. The margin is half of the width of the 95 % confidence interval.
            """
    )

    @Option(help: ArgumentHelp("The first day, such as 2026-01-31.", valueName: "day"))
    var from: Day?

    @Option(help: ArgumentHelp("The last day; today, if it isn't given.", valueName: "day"))
    var to: Day?

    @Option(parsing: .unconditional, help: ArgumentHelp("Only this survey's.", valueName: "name"))
    var survey: String?

    @Option(
        help: ArgumentHelp(
            "Only what came by this source; the form is survey, a personal link is link.",
            valueName: "name"
        )
    )
    var source: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Only this campaign's.", valueName: "id"))
    var campaign: String?

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print the counts as CSV, a row for each day, survey, source, campaign and score.")
    var csv = false

    func validate() throws {
        guard !json || !csv else { throw ValidationError("--json and --csv are two forms: give one of them.") }
        if let from, let to, from > to { throw ValidationError("--from is later than --to.") }
    }

    func run() async throws {
        let selection = TallySelection(
            from: from,
            through: to,
            survey: Self.choice(survey),
            campaign: Self.choice(campaign),
            source: source
        )
        if csv { return try await writeRows(selection) }
        let report = try await Administration.ask { client throws(AdminError) in
            try await client.statistics(selection)
        }
        if json { return try Output.json(report) }
        let isNarrowed = survey != nil || source != nil || campaign != nil
        Output.text(StatisticsText(report, isNarrowed: isNarrowed).whole, terminator: "")
    }

    private func writeRows(_ selection: TallySelection) async throws {
        let rows = try await Administration.ask { client throws(AdminError) in try await client.tallies(selection) }
        Output.text("day,survey,source,campaign,score,count")
        for row in rows {
            let cells = [row.day, row.survey ?? "", row.source, row.campaign ?? "", "\(row.score)", "\(row.count)"]
            Output.text(cells.map(CSVCell.quoted).joined(separator: ","))
        }
    }

    private static func choice(_ text: String?) -> TallySelection.Choice {
        switch text {
        case nil: .any
        case "-": .absent
        case let name?: .named(name)
        }
    }
}

extension Day: ExpressibleByArgument {
    /// Reads `2026-01-31`.
    public init?(argument: String) { self.init(argument) }
}
