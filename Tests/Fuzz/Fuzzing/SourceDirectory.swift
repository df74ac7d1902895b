import Foundation

/// Lends the path of a `webhooks.directory` with these files, whose names come without `.yaml`.
package func withSourceDirectory<Result>(
    _ files: [String: String],
    _ body: (String) throws -> Result
) throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appending(path: "nps-fuzz-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    for (name, text) in files {
        try Data(text.utf8).write(to: directory.appending(path: name + ".yaml"))
    }
    return try body(directory.path)
}
