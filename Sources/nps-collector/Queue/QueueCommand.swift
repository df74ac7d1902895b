import ArgumentParser
import NPSApp
import NPSModel
import NPSQueue

/// `queue`: the running collector's responses, through its admin listener; and `queue move`, for a stopped one.
struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: """
            Look at the responses of the running collector and at its score, put parked ones back, erase a person's, make \
            a backup; move a stopped one's queue.
            """,
        subcommands: [
            QueueStatusCommand.self, QueueStats.self, QueueList.self, QueueShow.self, QueueRetry.self, QueueExport.self,
            QueueVerify.self, QueueErase.self, QueueBackup.self, QueueAudit.self, QueueMoveCommand.self,
        ]
    )
}

/// Asks the running collector; an error ends the program with the exit status that fits it.
enum Administration {
    static func ask<Answer>(_ question: (AdminClient) async throws(AdminError) -> Answer) async throws -> Answer {
        let settings = try await CommandLineSettings.load()
        do {
            return try await question(AdminClient(settings: settings))
        } catch {
            throw Stop(error)
        }
    }
}

/// Narrows a listing down to one person's responses.
struct PersonOption: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: "Only this person's; - reads the address from standard input, out of the shell's history."
    )
    var email: String?

    /// Nil for everybody's. Reads standard input for `-`, so call it once.
    func address() throws -> EmailAddress? {
        try email.map { try EmailAddress(option: $0) }
    }
}

extension EmailAddress {
    /// The value of an option `--email`; `-` stands for the first line of standard input, which keeps the address out
    /// of the shell's history.
    init(option text: String) throws {
        let text = text == "-" ? readLine(strippingNewline: true) ?? "" : text
        do throws(FieldProblem) { try self.init(text) } catch { throw ValidationError("--\(error)") }
    }
}

extension ResponseID: ExpressibleByArgument {
    /// Reads `nps1-` and 32 hex digits.
    public init?(argument: String) { self.init(rawValue: argument) }
}

extension ResponseState: ExpressibleByArgument {}
