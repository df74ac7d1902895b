import ArgumentParser
import Foundation
import NPSApp

/// `check`: what is in force, and where each value came from.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the settings and print them with where each came from; secrets are not shown.",
        discussion: CommandLineSettings.help
    )

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let settings = try await CommandLineSettings.load(requiring: [.planhatToken, .webhookSources])
        do {
            _ = try settings.makePages()
        } catch {
            throw Stop(.configuration, error.description)
        }
        if json {
            try Output.json(settings.report.entries)
        } else {
            var table = Table(["setting", "value", "from"])
            for entry in settings.report.entries {
                table.add([entry.key, entry.value ?? "-", entry.origin])
            }
            print(table.render(), terminator: "")
        }
    }
}
