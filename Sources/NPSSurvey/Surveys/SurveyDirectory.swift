import Foundation
import NPSModel

/// The files of `surveys.directory`: every `*.yaml`, named for the survey.
struct SurveyDirectory {
    /// In bytes; more than any survey needs, so that a wrong path can't fill the memory.
    private static let sizeLimit = 262_144
    /// More surveys than anybody has, for the same reason.
    private static let countLimit = 1_000

    private(set) var files: [String: SurveyFile] = [:]
    private(set) var problems: [ConfigurationProblem] = []

    /// - Parameter sentences: the names of the pages' sentences.
    init(path directory: String, sentences: Set<String>) {
        guard let entries = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            note(directory, "can't be read: surveys.directory must be a directory")
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
        for entry in names { read(String(entry.dropLast(5)), at: directory + "/" + entry, sentences) }
    }

    private mutating func note(_ place: String, _ message: String) {
        problems.append(ConfigurationProblem(place: place, message: message))
    }

    private mutating func read(_ name: String, at path: String, _ sentences: Set<String>) {
        guard Survey.isName(name) else {
            let rule = "lower-case letters, digits and hyphens, and not thanks, since the name becomes a path"
            return note(path, "must be named with " + rule)
        }
        guard let text = Self.text(at: path) else {
            return note(path, "can't be read as UTF-8 text of at most 256 KiB")
        }
        var reader = SurveyFileReader(place: path, sentences: sentences)
        files[name] = reader.read(text)
        problems += reader.problems
    }

    private static func text(at path: String) -> String? {
        guard let file = FileHandle(forReadingAtPath: path),
            let data = try? file.read(upToCount: sizeLimit + 1) ?? Data(),
            data.count <= sizeLimit
        else { return nil }
        return String(data: data, encoding: .utf8)
    }
}
