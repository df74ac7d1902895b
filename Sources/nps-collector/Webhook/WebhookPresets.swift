import ArgumentParser
import Foundation
import NPSApp
import NPSModel
import NPSWebhooks

/// `webhook presets`
struct WebhookPresets: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "presets",
        abstract: "List the tools known beforehand, or print one's source file, or your own, to start from."
    )

    @Argument(help: "The preset to print as YAML; if none has the name, the source of webhooks.directory.")
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
        if let name { return try await printFile(name, presets) }
        if json {
            let entries = presets.map {
                Entry(name: $0.name, status: $0.status.rawValue, description: $0.description, advice: $0.advice)
            }
            return try Output.json(entries)
        }
        var table = Table(["preset", "status", "what it does"])
        for preset in presets { table.add([preset.name, preset.status.rawValue, preset.description]) }
        Output.text(table.render(), terminator: "")
    }

    private func printFile(_ name: String, _ presets: [Preset]) async throws {
        if let preset = presets.first(where: { $0.name == name }) { return Output.text(preset.yaml, terminator: "") }
        // Read only here: presets can be printed whatever is wrong with the settings.
        let settings = try await CommandLineSettings.load()
        let isName = name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }
        if let directory = settings.webhooks.directory, isName {
            let path = "\(directory)/\(name).yaml"
            if let file = FileManager.default.contents(atPath: path) { return Output.write(file) }
            if FileManager.default.fileExists(atPath: path) {
                throw Stop(.configuration, "The source's file can't be read: \(UnreadableFile(at: path)).")
            }
        }
        let hint = Spelling.nearest(name, among: presets.map(\.name)).map { " Did you mean \($0)?" } ?? ""
        throw Stop(
            .usage,
            "There is no preset or file of this name.\(hint) \"nps-collector webhook presets\" lists the presets."
        )
    }
}
