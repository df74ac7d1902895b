import Foundation
import NPSModel

/// The source files of `webhooks.directory`: every `*.yaml`, named for the source.
struct SourceDirectory {
    struct File {
        let path: String
        let content: SourceFile
    }

    /// In bytes; more than any source needs, so that a wrong path can't fill the memory.
    private static let sizeLimit = 1_048_576

    private(set) var files: [String: File] = [:]
    /// The names of all files, unreadable ones included, so that their secrets aren't reported as superfluous.
    private(set) var names: Set<String> = []
    private(set) var problems: [ConfigurationProblem] = []

    /// - Parameter only: the one source to read; nil for all.
    init(path directory: String, presets: [String: SourceFile], only: String? = nil) {
        guard let entries = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            let file = UnreadableFile(at: directory, otherwise: "it is no directory")
            problems = [
                ConfigurationProblem(place: file.path, message: "can't be read as webhooks.directory: \(file.reason)")
            ]
            return
        }
        for entry in entries.sorted() where entry.hasSuffix(".yaml") && !entry.hasPrefix(".") {
            let name = String(entry.dropLast(5))
            if only == nil || only == name { read(name, at: directory + "/" + entry, presets: presets) }
        }
    }

    private mutating func read(_ name: String, at path: String, presets: [String: SourceFile]) {
        names.insert(name)
        guard Self.isName(name) else {
            let message = "must be named with lower-case letters, digits and hyphens, since the name becomes a path"
            problems.append(ConfigurationProblem(place: path, message: message))
            return
        }
        guard let text = Self.text(at: path) else {
            let file = UnreadableFile(at: path, otherwise: "it is no UTF-8 text of at most 1 MiB")
            problems.append(ConfigurationProblem(place: file.path, message: "can't be read: \(file.reason)"))
            return
        }
        var reader = SourceFileReader(place: path, presets: presets)
        if let content = reader.read(text) { files[name] = File(path: path, content: content) }
        problems += reader.problems
    }

    private static func text(at path: String) -> String? {
        guard let file = FileHandle(forReadingAtPath: path),
            let data = try? file.read(upToCount: sizeLimit + 1) ?? Data(),
            data.count <= sizeLimit
        else { return nil }
        return String(data: data, encoding: .utf8)
    }

    /// Only characters that need no escape in a URL's path.
    private static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { $0.isASCIILowercase || $0.isASCIIDigit || $0 == UInt8(ascii: "-") }
    }
}
