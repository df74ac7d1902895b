import ArgumentParser
import Foundation
import NPSApp
import NPSWebhooks

/// `webhook sign`
struct WebhookSign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Print a curl command that sends a payload with a valid signature."
    )

    @Argument(help: "The source's name.")
    var name: String

    @Argument(help: "A file with the payload.")
    var file: String

    func run() async throws {
        let (source, settings) = try await WebhookCommand.source(name)
        let body = try WebhookCommand.contents(of: file)
        let address = "\(settings.http.publicURL)/webhooks/\(name)"
        let headers = try signed(body, by: source, for: address)
        var words = ["curl", "-sS", Self.quoted(address), "-H", "'content-type: application/json'"]
        for header in headers { words += ["-H", Self.quoted("\(header.name): \(header.value)")] }
        words += ["--data-binary", Self.quoted("@" + file)]
        print(words.joined(separator: " "))
    }

    private func signed(
        _ body: [UInt8],
        by source: WebhookSource,
        for address: String
    ) throws -> [(name: String, value: String)] {
        do throws(WebhookError) {
            return try source.sign(body, id: "msg_" + UUID().uuidString.lowercased(), at: Date(), url: address)
        } catch {
            throw Stop(.configuration, error.description)
        }
    }

    /// For a POSIX shell.
    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
