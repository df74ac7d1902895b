import NPSModel
import TestSupport

@testable import NPSWebhooks

/// A `webhooks.directory` of its own, gone with the value.
struct SourceFolder {
    private let directory: TemporaryDirectory

    var path: String { directory.path }

    /// - Parameter files: text by name without `.yaml`.
    init(_ files: [String: String]) throws {
        directory = try TemporaryDirectory(
            Dictionary(uniqueKeysWithValues: files.map { ($0.key + ".yaml", $0.value) })
        )
    }

    /// What is wrong with these files and secrets; empty when nothing is.
    func problems(_ secrets: [String: ConfiguredSecrets]) -> [String] {
        do throws(WebhookError) {
            _ = try SourceCatalogue(directory: path, secrets: secrets)
            return []
        } catch {
            guard case .sources(let problems) = error else { return [error.description] }
            return problems.map { $0.description.replacing(path + "/", with: "") }
        }
    }
}
