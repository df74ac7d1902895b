import Crypto
import Foundation
import NPSModel

/// The files of `surveys.directory`: every `*.yaml`, named for the survey.
struct SurveyDirectory {
    /// Tells whether a file says the same as before.
    typealias TextDigest = SHA256Digest

    /// In bytes; more than any survey needs, so that a wrong path can't fill the memory.
    private static let sizeLimit = 262_144
    /// More surveys than anybody has, for the same reason.
    private static let countLimit = 1_000

    /// Those that are new or say something else.
    private(set) var files: [String: (contents: SurveyFile, text: TextDigest)] = [:]
    /// The names of those that say what is known of them. They are not read closer: at a reload that takes the time.
    private(set) var unchanged: Set<String> = []
    private(set) var problems: [ConfigurationProblem] = []

    /// - Parameters:
    ///   - sentences: the names of the pages' sentences.
    ///   - known: what the files said when nothing was wrong with them.
    init(path directory: String, sentences: Set<String>, known: [String: TextDigest] = [:]) {
        guard let entries = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            let file = UnreadableFile(at: directory, otherwise: "it is no directory")
            note(file.path, "can't be read as surveys.directory: \(file.reason)")
            return
        }
        for entry in entries.sorted() where entry.hasSuffix(".yml") {
            note(directory + "/" + entry, "must end in .yaml to be a survey")
        }
        let names = entries.sorted().filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }
        guard names.count <= Self.countLimit else {
            note(directory, "has \(names.count) surveys: at most \(Self.countLimit) can be served")
            return
        }
        for entry in names {
            let name = String(entry.dropLast(5))
            read(name, at: directory + "/" + entry, sentences, known: known[name])
        }
    }

    private mutating func note(_ place: String, _ message: String) {
        problems.append(ConfigurationProblem(place: place, message: message))
    }

    private mutating func read(_ name: String, at path: String, _ sentences: Set<String>, known: TextDigest?) {
        guard Survey.isName(name) else {
            let rule = "lower-case letters, digits and hyphens, and not thanks, since the name becomes a path"
            return note(path, "must be named with " + rule)
        }
        guard let data = Self.data(at: path), let text = String(data: data, encoding: .utf8) else {
            let file = UnreadableFile(at: path, otherwise: "it is no UTF-8 text of at most 256 KiB")
            return note(file.path, "can't be read: \(file.reason)")
        }
        let digest = SHA256.hash(data: data)
        if digest == known {
            unchanged.insert(name)
            return
        }
        var reader = SurveyFileReader(place: path, sentences: sentences)
        files[name] = reader.read(text).map { ($0, digest) }
        problems += reader.problems
    }

    private static func data(at path: String) -> Data? {
        guard let file = FileHandle(forReadingAtPath: path),
            let data = try? file.read(upToCount: sizeLimit + 1) ?? Data(),
            data.count <= sizeLimit
        else { return nil }
        return data
    }
}
