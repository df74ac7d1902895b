import ArgumentParser
import Foundation
import Logging
import NPSApp

/// `sandbox`: a local stand-in for the Planhat API.
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract:
            "Serve the six NPS operations of the Planhat API on this machine, with faults that can be switched on.",
        discussion: faultHelp + "\n\n" + CommandLineSettings.help(of: ["sandbox", "log"])
    )

    private static var faultHelp: String {
        let switches = Sandbox.faultUsage.map { HelpText.wrapped($0, after: "  ", indent: 6) }.joined(separator: "\n")
        return """
            FAULTS (for --fault):
            \(switches)

            With poison=503, say, every request that writes and has the word poison in it,
            as in a comment, is answered with 503.

            While the sandbox runs, with its token, which it prints unless sandbox.token
            is set (GET shows the faults, PATCH changes those it names, PUT sets all anew):

              curl -X PATCH -H 'Authorization: Bearer TOKEN' -d '{"poison": "503"}' \\
                http://127.0.0.1:8082/sandbox/faults
            """
    }

    @Option(name: .customLong("fault"), help: "A switch such as unknown-contact=reject-400; may be repeated.")
    var faults: [String] = []

    func run() async throws {
        let settings = try await CommandLineSettings.load()
        let output = LogOutput(format: settings.log.format)
        defer { output.flush() }
        settings.bootstrapLogging(to: output)
        let logger = Logger(label: "sandbox")
        do {
            try await Sandbox(settings: settings, faults: faults, logger: logger).run()
        } catch let error as SettingsError {
            throw Stop(.configuration, error.description)
        } catch {
            let address = "\(settings.sandbox.host):\(settings.sandbox.port)"
            throw Stop(listening: error, at: address, settings: "sandbox.host and sandbox.port")
        }
    }
}
