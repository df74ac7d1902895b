import Foundation
import NPSModel
import Yams

/// Reads one source file on top of the preset that it names, and collects everything that is wrong with it.
struct SourceFileReader {
    let place: String
    let presets: [String: SourceFile]
    private(set) var problems: [ConfigurationProblem] = []
    private static let keys = [
        "preset", "description", "status", "signature", "mapping", "timezone", "advice", "bodies", "unsigned_ping",
    ]

    init(place: String, presets: [String: SourceFile]) {
        self.place = place
        self.presets = presets
    }

    /// What could be read, whatever is wrong with the rest; nil when the text isn't a YAML mapping.
    mutating func read(_ yaml: String) -> SourceFile? {
        guard let root = compose(yaml), let members = mapping(root, nil) else { return nil }
        var file = members["preset"].flatMap { preset($0) } ?? SourceFile()
        // These describe the preset's tool, not the source that is built on it.
        file.description = nil
        file.status = nil
        for (key, value) in members {
            switch key.string {
            case "preset": break
            case "description": file.description = text(value, "description")
            case "status": file.status = choice(value, "status", Preset.Status.self)
            case "signature": file.signature = policy(value, over: file.signature)
            case "mapping": file.mapping = program(value)
            case "timezone": file.timeZone = timeZone(value) ?? file.timeZone
            case "advice":
                let advice = text(value, "advice")?.trimmingCharacters(in: .whitespacesAndNewlines)
                file.advice = advice?.isEmpty == true ? nil : advice
            case "bodies": file.bodies = bodies(value)
            case "unsigned_ping": file.unsignedPing = ping(value)
            default: noteUnknown(key, in: nil, among: Self.keys)
            }
        }
        for kind in file.signature?.schemes.compactMap(\.onlyKind) ?? [] where file.takenBodies != [kind] {
            note(
                members["bodies"],
                "bodies",
                "must be \(kind.rawValue) alone: this signature can authenticate no other kind"
            )
        }
        removeRepeatedProblems()
        return file
    }

    mutating func note(_ node: Node?, _ field: String?, _ message: String) {
        problems.append(ConfigurationProblem(place: place, line: node?.mark?.line, field: field, message: message))
    }

    /// - Parameter known: the keys that it may have been meant to be.
    mutating func noteUnknown(_ key: Node, in parent: String?, among known: [String] = []) {
        guard let name = key.string else { return note(key, parent, "has a key that is not text") }
        let hint = Spelling.nearest(name, among: known).map { ": did you mean \($0)?" } ?? ""
        note(key, parent.map { "\($0).\(name)" } ?? name, "is not a known key" + hint)
    }

    mutating func removeRepeatedProblems() {
        var seen: Set<ConfigurationProblem> = []
        problems = problems.filter { seen.insert($0).inserted }
    }

    private mutating func compose(_ yaml: String) -> Node? {
        do {
            guard let root = try Yams.compose(yaml: yaml) else {
                problems.append(ConfigurationProblem(place: place, message: "is empty"))
                return nil
            }
            return root
        } catch {
            problems.append(.unreadable(place, error))
            return nil
        }
    }

    private mutating func preset(_ node: Node) -> SourceFile? {
        guard let name = text(node, "preset") else { return nil }
        if let preset = presets[name] { return preset }
        let names = presets.keys.sorted()
        let hint = Spelling.nearest(name, among: names).map { "names none: did you mean \($0)?" }
        note(node, "preset", hint ?? "must be one of " + names.joined(separator: ", "))
        return nil
    }

    private mutating func program(_ node: Node) -> SourceFile.Program? {
        guard let text = text(node, "mapping") else { return nil }
        guard text.contains(where: { !$0.isWhitespace }) else {
            note(node, "mapping", "is empty")
            return nil
        }
        return SourceFile.Program(text: text, place: place, line: node.firstLine)
    }
}

extension ConfigurationProblem {
    /// The parser's message without its excerpt of the file.
    fileprivate static func unreadable(_ place: String, _ error: any Error) -> ConfigurationProblem {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            ConfigurationProblem(place: place, line: mark.line, message: "is not YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, _):
            ConfigurationProblem(
                place: place,
                message: "has a key twice: " + duplicates.sorted().joined(separator: ", ")
            )
        default:
            ConfigurationProblem(place: place, message: "is not YAML")
        }
    }
}

extension Node {
    /// The line of the file on which a scalar's text begins; nil for a folded scalar, whose lines aren't the file's.
    fileprivate var firstLine: Int? {
        guard case .scalar(let scalar) = self, let line = mark?.line else { return nil }
        switch scalar.style {
        case .literal: return line + 1
        case .folded: return nil
        default: return line
        }
    }
}
