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
        try checkQueue(at: settings.queue.path)
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

    /// Opens nothing, since the collector may be running on it.
    private func checkQueue(at path: String) throws {
        let directory = URL(filePath: path).deletingLastPathComponent().path
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue else {
            throw Stop(.configuration, "queue.url: there is no directory \(directory) for the queue: make it.")
        }
        let files = FileManager.default
        guard files.isWritableFile(atPath: directory),
            !files.fileExists(atPath: path) || files.isWritableFile(atPath: path)
        else {
            throw Stop(
                .configuration,
                "queue.url: this user can't write to \(path) and its directory: give it to them."
            )
        }
    }
}
