import ArgumentParser
import NPSWebhooks

/// `webhook presets`
struct WebhookPresets: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "presets",
        abstract: "List the tools known beforehand, or print one's source file to start your own from."
    )

    @Argument(help: "The preset to print as YAML.")
    var name: String?

    @Flag(help: "Print JSON.")
    var json = false

    private struct Entry: Encodable {
        let name: String
        let status: String
        let description: String
        let advice: String?
    }

    func run() async throws {
        let presets = SourceCatalogue.presets.sorted { $0.name < $1.name }
        if let name { return try printFile(name, presets) }
        if json {
            let entries = presets.map {
                Entry(name: $0.name, status: $0.status.rawValue, description: $0.description, advice: $0.advice)
            }
            return try Output.json(entries)
        }
        var table = Table(["preset", "status", "what it does"])
        for preset in presets { table.add([preset.name, preset.status.rawValue, preset.description]) }
        print(table.render(), terminator: "")
    }

    private func printFile(_ name: String, _ presets: [Preset]) throws {
        guard let preset = presets.first(where: { $0.name == name }) else {
            throw Stop(.usage, "There is no preset of this name; nps-collector webhook presets lists them.")
        }
        print(preset.yaml, terminator: "")
    }
}
