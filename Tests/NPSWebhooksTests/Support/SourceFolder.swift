import Foundation

@testable import NPSWebhooks

/// A `webhooks.directory` of its own, gone with the value.
final class SourceFolder {
    let path: String

    /// - Parameter files: text by name without `.yaml`.
    init(_ files: [String: String]) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "nps-webhooks-\(UUID().uuidString)")
        path = url.path
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for (name, text) in files {
            try Data(text.utf8).write(to: url.appending(path: name + ".yaml"))
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// What is wrong with these files and secrets; empty when nothing is.
    func problems(_ secrets: [String: [String]]) -> [String] {
        do throws(WebhookError) {
            _ = try SourceCatalogue(directory: path, secrets: secrets)
            return []
        } catch {
            guard case .sources(let problems) = error else { return [error.description] }
            return problems.map { $0.description.replacing(path + "/", with: "") }
        }
    }
}
