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
        discussion: "FAULTS (for --fault, and as JSON for /sandbox/faults while it runs):\n"
            + Sandbox.faultUsage.map { "  " + $0 }.joined(separator: "\n") + "\n\n" + CommandLineSettings.help
    )

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
            throw Stop(listening: error, settings: "sandbox.host and sandbox.port")
        }
    }
}
