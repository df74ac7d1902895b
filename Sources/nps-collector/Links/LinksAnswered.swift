import ArgumentParser
import Foundation
import NPSApp
import NPSModel
import NPSSurvey

/// `links answered < links.csv > answered.csv`
struct LinksAnswered: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "answered",
        abstract: "Add a column that tells who has answered, and when: reads contacts or links as CSV.",
        discussion: """
            Asks the running collector, which tells no score and no word. Whose answer it is comes from the column link, or else \
            from the columns id and email with the --survey that the links were made with. The column answered has the time \
            of the last answer, erased where the answer was erased, and nothing where there is none.
            """
    )

    @Flag(help: "Write only the contacts without an answer: those to remind.")
    var waiting = false

    /// The parser gives options to the parent when both have them; declared here as well for the help.
    @Option(help: "The survey's name that the links were made with, where the list has no links.")
    var survey: String?

    @Flag(help: "The survey's name is that of no file in surveys.directory, as it was given to links.")
    var unlisted = false

    @Option(help: ArgumentHelp("The column with the address, where it isn't called email.", valueName: "name"))
    var emailColumn: String?

    @ParentCommand var links: LinksCommand

    func run() async throws {
        let settings = try await CommandLineSettings.load()
        guard !settings.survey.linkKeys.isEmpty || survey ?? links.survey != nil else {
            throw Stop(.configuration, LinkError.keys(problem: "is empty").description)
        }
        // A misspelt name would find no answers, and everybody would be reminded.
        let isLabel = unlisted || links.unlisted
        _ = try AskedSurvey(named: survey ?? links.survey, in: settings, orLabel: isLabel)
        let client = AdminClient(settings: settings)
        var job = AnsweredJob(
            keys: settings.survey.linkKeys,
            survey: survey ?? links.survey,
            emailColumn: emailColumn ?? links.emailColumn,
            leavesOutAnswered: waiting,
            ask: { ids in
                do throws(AdminError) { return try await client.answered(ids) } catch { throw Stop(error) }
            }
        )
        do {
            while let chunk = try FileHandle.standardInput.read(upToCount: 65_536), !chunk.isEmpty {
                try await job.read(chunk)
            }
            try await job.end()
        } catch let failure as LinkJob.Failure {
            throw Stop(.failure, failure.description)
        }
        if job.counts.unknown > 0 { throw ExitCode.failure }
    }
}
