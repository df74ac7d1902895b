import Foundation

/// The documentation's pages on single tools, where they stand in this package.
enum ToolPages {
    private static let directory = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../Sources/NPSApp/Documentation.docc/Tools").standardizedFileURL

    static let names =
        (try? FileManager.default.contentsOfDirectory(atPath: directory.path))?
        .filter { $0.hasSuffix(".md") }.sorted() ?? []

    static func text(_ name: String) throws -> String {
        try String(contentsOf: directory.appending(path: name), encoding: .utf8)
    }
}
