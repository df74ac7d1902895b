import ArgumentParser
// X509 imports it, and then structures of C count as its own.
import CoreFoundation
import Foundation
import NPSApp
import NPSModel
import NPSPages
import NPSSurvey

/// The verb `links`: `links < contacts.csv > links.csv`.
struct LinksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "links",
        abstract: "Make a personal survey link for every contact: reads CSV and writes it with one more column, link.",
        discussion: """
            The column email is needed; e-mail, email address, mail and their like in other languages are understood, \
            and --email-column names another. The columns campaignId, companyId, lang and id are used if they are there, \
            and every column is passed on as it is. Columns may be separated by commas, semicolons or tabs. A row that can't get a link is reported by its line and left out; \
            then the exit status is 1.

            The id names the answer: a second link with the same id and address changes the same answer. If it is the contact's \
            and not the mailing's, give every survey a name with --survey, and its answers stay apart. Without an id \
            every link is an answer of its own.
            """,
        subcommands: [LinksEmail.self, LinksAnswered.self]
    )

    @Option(
        help: ArgumentHelp("Days after which the links stop working, from now or from --sent-at.", valueName: "days")
    )
    var expiresInDays = 30

    @Option(help: "The survey's name, which keeps its answers apart from those of other surveys.")
    var survey: String?

    @Flag(help: "The survey's name is that of no file in surveys.directory, and only keeps answers apart.")
    var unlisted = false

    @Option(help: ArgumentHelp("The column with the address, where it isn't called email.", valueName: "name"))
    var emailColumn: String?

    @Option(
        help: ArgumentHelp(
            "Columns that become custom properties of the answers: plan,region=Region,seats:number=Seats.",
            discussion:
                "Each is the property's name at Planhat, its kind (text, number or boolean) and the column's name.",
            valueName: "columns"
        )
    )
    var custom: String?

    @Option(
        help: ArgumentHelp("When the mail goes out: dateSent at Planhat. Now, if it isn't given.", valueName: "time")
    )
    var sentAt: String?

    @Flag(help: "Replace links that the contacts already have, in a column named link.")
    var replace = false

    @Flag(help: "Write the part of a link beyond 255 bytes to a column link2, since Mailchimp's fields hold no more.")
    var split = false

    func validate() throws {
        guard (1...3_650).contains(expiresInDays) else { throw ValidationError("--expires-in-days is 1 to 3650.") }
        guard survey.map({ !$0.isEmpty && $0.utf8.count <= LinkClaims.Limit.identifier }) ?? true else {
            throw ValidationError("--survey is a name of 1 to \(LinkClaims.Limit.identifier) bytes.")
        }
        _ = try customColumns
        _ = try sendingTime
    }

    private var customColumns: [CustomColumn] {
        get throws {
            do throws(CustomColumn.Mistake) {
                return try custom.map { text throws(CustomColumn.Mistake) in try CustomColumn.list(text) } ?? []
            } catch {
                throw ValidationError(error.sentence)
            }
        }
    }

    /// Nil for now.
    private var sendingTime: Date? {
        get throws {
            guard let sentAt else { return nil }
            // Digits alone would be seconds since 1970.
            guard sentAt.contains("-"), let date = try? DateFormats().date(.string(sentAt)),
                abs(date.timeIntervalSinceNow) < 366 * 86_400
            else {
                throw ValidationError(
                    "--sent-at is a time such as 2026-12-01T08:00:00+01:00, or a day, and at most a year away."
                )
            }
            return date
        }
    }

    func run() async throws {
        let settings = try await CommandLineSettings.load()
        guard !settings.survey.linkKeys.isEmpty else {
            throw Stop(.configuration, LinkError.keys(problem: "is empty").description)
        }
        let asked = try AskedSurvey(named: survey, in: settings, orLabel: unlisted)
        let now = Date()
        let sentAt = try sendingTime ?? now
        let minting = LinkMinting(
            keys: settings.survey.linkKeys,
            address: "\(settings.http.publicURL)/s/",
            survey: survey,
            issuedAt: sentAt,
            expiresAt: max(now, sentAt).addingTimeInterval(Double(expiresInDays) * 86_400),
            speaks: { asked.survey.pages.language(named: $0.tag) != nil }
        )
        var job = LinkJob(
            minting: minting,
            emailColumn: emailColumn,
            custom: try customColumns,
            replacesLinks: replace,
            splitsLinks: split,
            total: Self.inputSize
        )
        do {
            while let chunk = try FileHandle.standardInput.read(upToCount: 65_536), !chunk.isEmpty {
                try job.read(chunk)
            }
            try job.end()
        } catch let failure as LinkJob.Failure {
            throw Stop(.failure, failure.description)
        }
        if job.links > 0 { warnIfLocal("\(settings.http.publicURL)") }
        if job.skipped > 0 { throw ExitCode.failure }
    }

    /// Without http.public-url everybody would get links that lead nowhere.
    private func warnIfLocal(_ address: String) {
        guard let host = URLComponents(string: address)?.host, ["127.0.0.1", "localhost", "[::1]"].contains(host) else {
            return
        }
        Output.note(
            "Careful: the links lead to this machine (\(address)). Before you mail any, make them anew with "
                + "http.public-url, given as --http-public-url or in the file of --config.\n"
        )
    }

    /// In bytes; nil when the contacts come through a pipe.
    private static var inputSize: Int? {
        var status = stat()
        guard fstat(STDIN_FILENO, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }
}
