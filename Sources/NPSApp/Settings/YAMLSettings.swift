import Configuration
import Foundation
import NPSModel
import Yams

/// The `--config` file: a layer of settings, and a sentence for each key in it that is no setting.
struct YAMLSettings {
    let layer: SettingsLayer
    /// One sentence for each unknown key.
    let problems: [String]
    /// The names under `webhooks:`.
    let sourceNames: [String]

    init(path: String) throws(SettingsError) {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SettingsError(["The file of --config can't be read: \(UnreadableFile(at: path))."])
        }
        do {
            let root = try Yams.compose(yaml: String(decoding: data, as: UTF8.self))
            let keys = root.map { Self.keys(in: $0, below: "") } ?? []
            let text = root == nil ? Data("{}".utf8) : data
            let snapshot = try YAMLSnapshot(data: text.bytes, providerName: path, parsingOptions: .default)
            let lines = Dictionary(keys.map { ($0.name, $0.line) }) { first, _ in first }
            let place: @Sendable (String) -> String = { key in
                path + (lines[key].flatMap(\.self).map { ":\($0)" } ?? "")
            }
            layer = SettingsLayer(name: path, snapshot: snapshot, hasLists: true, place: place)
            problems = keys.filter { Setting.matching($0.name) == nil }.map { key in
                let hint = Misspelled.key(key.name).map { ": did you mean \($0)?" }
                return "\(key.name) in \(place(key.name)) is not a setting"
                    + (hint ?? "; \"nps-collector check --help\" lists them.")
            }
            sourceNames = keys.compactMap { Self.sourceName($0.name) }
        } catch let error as YamlError {
            throw SettingsError(["\(path) is not readable as YAML: \(Self.reason(of: error))."])
        } catch {
            throw SettingsError(["\(path) must hold keys with single values or lists of them."])
        }
    }

    private static func sourceName(_ key: String) -> String? {
        let parts = key.split(separator: ".")
        guard parts.count == 3, parts[0] == "webhooks" else { return nil }
        return String(parts[1])
    }

    /// The dotted keys of all leaves: a list counts as one leaf.
    private static func keys(in node: Node, below parent: String, line: Int? = nil) -> [(name: String, line: Int?)] {
        guard case .mapping(let mapping) = node else { return parent.isEmpty ? [] : [(parent, line)] }
        return mapping.flatMap { key, value in
            let name = key.string ?? "?"
            return keys(in: value, below: parent.isEmpty ? name : parent + "." + name, line: key.mark?.line)
        }
    }

    /// Line, column and problem only: the parser's own text quotes the file, which may hold secrets.
    private static func reason(of error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "line \(mark.line), column \(mark.column): \(problem)"
        case .reader(let problem, let offset?, _, let text):
            "line \(text.prefix(offset).count(where: \.isNewline) + 1): \(problem)"
        case .duplicatedKeysInMapping(let keys, let context):
            "\(keys.joined(separator: ", ")) from line \(context.mark.line) is there twice: leave one out"
        default:
            "it can't be parsed"
        }
    }
}
