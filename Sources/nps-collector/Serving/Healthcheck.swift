import ArgumentParser
import NPSApp

/// `healthcheck`: for containers and scripts; 0 = a response that arrived now would be stored.
struct Healthcheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask the running collector whether it is ready: exits 0, or 69 when it is not or does not answer."
    )

    func run() async throws {
        let settings = try await CommandLineSettings.load()
        let problem: String?
        do {
            problem = try await AdminClient(settings: settings).readinessProblem()
        } catch {
            throw Stop(.unreachable, error.description)
        }
        if let problem { throw Stop(.unreachable, "The collector is not ready: " + problem) }
        Output.text("ready")
    }
}
