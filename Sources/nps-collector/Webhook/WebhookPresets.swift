import ArgumentParser
import NPSWebhooks

/// `webhook presets`
struct WebhookPresets: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "presets",
        abstract: "List the tools known beforehand."
    )

    @Flag(help: "Print JSON.")
    var json = false

    private struct Entry: Encodable {
        let name: String
        let status: String
        let description: String
    }

    func run() async throws {
        let presets = SourceCatalogue.presets
        if json {
            let entries = presets.map {
                Entry(name: $0.name, status: $0.status.rawValue, description: $0.description)
            }
            return try Output.json(entries)
        }
        var table = Table(["preset", "status", "what it does"])
        for preset in presets { table.add([preset.name, preset.status.rawValue, preset.description]) }
        print(table.render(), terminator: "")
    }
}
