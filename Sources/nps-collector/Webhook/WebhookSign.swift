import ArgumentParser
import Foundation
import NPSApp
import NPSModel
import NPSServer
import NPSWebhooks

/// `webhook sign`
struct WebhookSign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Print a curl command that sends a payload with a valid signature."
    )

    @OptionGroup var sent: PayloadOptions

    func run() async throws {
        let (source, settings) = try await WebhookCommand.source(sent.name)
        let (body, type) = try sent.payload()
        let address = "\(settings.http.publicURL)/webhooks/\(sent.name)"
        let parts = try signed(body, by: source, for: address)
        let query = parts.query.map { "\($0.name)=\(Self.escaped($0.value))" }.joined(separator: "&")
        var words = ["curl", "-sS", Self.quoted(query.isEmpty ? address : address + "?" + query)]
        if let tls = settings.tls?.pairs.first, Self.isLocal(address) {
            words += ["--cacert", Self.quoted(tls.certificate)]
        }
        if source.asksForCertificate { words += ["--cert", "'CLIENT.pem'", "--key", "'CLIENT-KEY.pem'"] }
        words += ["-H", Self.quoted("content-type: \(type)")]
        for header in parts.headers { words += ["-H", Self.quoted("\(header.name): \(header.value)")] }
        if let body = parts.body {
            words += ["--data-raw", Self.quoted(String(decoding: body, as: UTF8.self))]
        } else {
            words += ["--data-binary", Self.quoted("@" + sent.file)]
        }
        // curl puts an & between two pieces of data.
        for field in parts.formFields {
            words += ["--data", Self.quoted("\(field.name)=\(Self.escaped(field.value))")]
        }
        Output.text(words.joined(separator: " "))
    }

    private func signed(
        _ body: [UInt8],
        by source: WebhookSource,
        for address: String
    ) throws -> SignedParts {
        do throws(WebhookError) {
            return try source.sign(body, id: "msg_" + UUID().uuidString.lowercased(), at: Date(), url: address)
        } catch {
            throw Stop(.configuration, error.description)
        }
    }

    /// Whether the address is this machine's, whose certificate curl may have to be told to trust.
    private static func isLocal(_ address: String) -> Bool {
        ["localhost", "127.0.0.1", "[::1]"].contains(URLComponents(string: address)?.host ?? "")
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    )

    /// For a query and a form alike.
    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
    }

    /// For a POSIX shell.
    private static func quoted(_ text: String) -> String {
        "'" + text.replacing(byte: UInt8(ascii: "'"), with: "'\\''") + "'"
    }
}
