import Configuration
import Foundation
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
            throw SettingsError(["The configuration file can't be read: \(path)"])
        }
        do {
            let root = try Yams.compose(yaml: String(decoding: data, as: UTF8.self))
            let keys = root.map { Self.keys(in: $0, below: "") } ?? []
            let text = root == nil ? Data("{}".utf8) : data
            let snapshot = try YAMLSnapshot(data: text.bytes, providerName: path, parsingOptions: .default)
            layer = SettingsLayer(name: path, snapshot: snapshot, hasLists: true)
            problems = keys.filter { Setting.matching($0) == nil }.map {
                "\($0) in \(path) is not a setting; \"nps-collector check --help\" lists them."
            }
            sourceNames = keys.compactMap(Self.sourceName)
        } catch let error as YamlError {
            throw SettingsError(["\(path) is not readable as YAML: \(Self.place(of: error))."])
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
    private static func keys(in node: Node, below parent: String) -> [String] {
        guard case .mapping(let mapping) = node else { return parent.isEmpty ? [] : [parent] }
        return mapping.flatMap { key, value in
            keys(in: value, below: parent.isEmpty ? key.string ?? "?" : parent + "." + (key.string ?? "?"))
        }
    }

    /// Line and column only: the parser's own text quotes the file, which may hold secrets.
    private static func place(of error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "line \(mark.line), column \(mark.column): \(problem)"
        default:
            "it can't be parsed"
        }
    }
}
