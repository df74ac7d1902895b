import ArgumentParser
import Foundation
import NPSApp
import NPSModel
import NPSWebhooks

/// `webhook`: helps to connect a survey tool; none of its verbs needs a running collector.
struct WebhookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook",
        abstract: "List presets, try a mapping on a captured payload, sign a payload.",
        subcommands: [WebhookPresets.self, WebhookMap.self, WebhookSign.self]
    )

    /// The source as it would run, with its secrets.
    static func source(_ name: String) async throws -> (source: WebhookSource, settings: Settings) {
        let settings = try await CommandLineSettings.load()
        let catalogue: SourceCatalogue
        do { catalogue = try settings.makeCatalogue() } catch { throw Stop(.configuration, error.description) }
        guard let source = catalogue.source(named: name) else { throw unknown(name) }
        return (source, settings)
    }

    /// The source for its mapping only: it needs no secrets.
    static func trial(_ name: String) async throws -> WebhookSource {
        let settings = try await CommandLineSettings.load()
        let source: WebhookSource?
        do throws(WebhookError) {
            source = try SourceCatalogue.trial(named: name, directory: settings.webhooks.directory)
        } catch {
            throw Stop(.configuration, error.description)
        }
        guard let source else { throw unknown(name) }
        return source
    }

    private static func unknown(_ name: String) -> Stop {
        Stop(
            .configuration,
            "There is no source of this name: give webhooks.\(name).secrets, and a file in webhooks.directory "
                + "unless it is a preset."
        )
    }
}

/// A source, and a payload in a file.
struct PayloadOptions: ParsableArguments {
    @Argument(help: "The source's name.")
    var name: String

    @Argument(help: "A file with the payload, byte for byte.")
    var file: String

    @Option(help: "The payload's Content-Type, if it isn't to be guessed.")
    var contentType: String?

    /// The payload with its Content-Type, which is guessed unless it is given.
    func payload() throws -> (body: [UInt8], contentType: String) {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw Stop(.usage, "The file can't be read: \(UnreadableFile(at: file)).")
        }
        let body = Array(data)
        return (body, contentType ?? WebhookSource.guessedContentType(of: body))
    }
}
