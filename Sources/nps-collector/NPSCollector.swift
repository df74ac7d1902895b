import ArgumentParser
import Foundation
import NPSApp

/// The program. Each verb has a file of its own. Settings are taken out of the command line before the verbs see it.
@main
struct NPSCollector: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nps-collector",
        abstract: "Collects NPS survey responses and delivers them to Planhat, each exactly once.",
        discussion: """
            Every setting may be given to every verb as an option, as an environment variable, in .env or in the YAML \
            file that --config names. "nps-collector check --help" lists them, "nps-collector check" shows the values in force.
            """,
        version: NPSApp.version,
        subcommands: [
            Serve.self, SandboxCommand.self, Check.self, Healthcheck.self,
            QueueCommand.self, QuarantineCommand.self, PlanhatCommand.self, WebhookCommand.self,
            LinksCommand.self,
        ]
    )

    static func main() async {
        // A closed pipe is an error of the write like others, not the program's end without a status of its own.
        signal(SIGPIPE, SIG_IGN)
        do {
            let line = try CommandLineSettings(Array(CommandLine.arguments.dropFirst()))
            try await CommandLineSettings.$current.withValue(line) {
                try await run(line.rest)
            }
            Output.finish()
        } catch let stop as Stop {
            Output.note(stop.message + "\n")
            exit(withError: ExitCode(stop.code.rawValue))
        } catch  where exitCode(for: error) == .success {
            // Help and the version.
            Output.text(HelpText.withConfig(fullMessage(for: error)))
            Output.finish()
        } catch {
            exit(withError: error)
        }
    }

    private static func run(_ arguments: [String]) async throws {
        if let mistake = Misspelling.verb(in: arguments, of: Self.self) { throw Stop(.usage, mistake) }
        var command: any ParsableCommand
        do {
            command = try parseAsRoot(arguments)
        } catch {
            guard let hint = Misspelling.setting(in: arguments, refused: fullMessage(for: error)) else { throw error }
            throw Stop(.usage, hint)
        }
        do {
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as ValidationError {
            throw Stop(.usage, HelpText.refusal(error.message, by: type(of: command), of: Self.self))
        }
    }
}
