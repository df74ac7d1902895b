package import Foundation

/// A directory of its own for one test. It is deleted when nobody holds the value any more, so also after a test that
/// threw.
package final class TemporaryDirectory: Sendable {
    package let url: URL

    package var path: String { url.path }

    /// - Parameter files: text by name; a name may have folders in it.
    package init(_ files: [String: String] = [:]) throws {
        url = FileManager.default.temporaryDirectory.appending(path: "nps-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for (name, text) in files { try write(text, to: name) }
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// The path of a file in the directory.
    package func path(_ name: String) -> String { url.appending(path: name).path }

    /// Writes a file, or replaces it in one step: whoever reads it gets the old text or the new one.
    package func write(_ text: String, to name: String) throws {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: file, options: .atomic)
    }
}
