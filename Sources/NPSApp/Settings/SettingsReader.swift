import Configuration
import Foundation
import NPSModel
import NPSSurvey
import NPSWebhooks

/// Reads settings one by one out of the layers and collects what is wrong, so that a person can fix all of it at once.
struct SettingsReader {
    /// A value with the layer it came from.
    struct Found {
        let values: [String]
        let origin: String
    }

    let layers: [SettingsLayer]
    private(set) var problems: [String] = []
    /// What was read, for `check`; secrets are already redacted.
    private(set) var report = SettingsReport()
    /// Where the keys are given that were found.
    private var places: [String: SettingPlace] = [:]
    /// Secrets that are given and can't be had.
    private var withheld: Set<String> = []

    init(layers: [SettingsLayer]) {
        self.layers = layers
    }

    /// - Parameter problem: begins with the key that it is about, if it is about one; says in the end where that is given.
    mutating func note(_ problem: String) {
        let key = problem.prefix { !$0.isWhitespace && $0 != ":" }
        problems.append(places[String(key)]?.added(to: problem) ?? problem)
    }

    mutating func remark(_ sentences: [String]) { report.remarks += sentences }

    /// Whether the secret is given and can't be had, which is noted: then nothing is to be said of its absence.
    func isWithheld(_ key: String) -> Bool { withheld.contains(key) }

    /// What the first layer that has the key says; nil when none has it, or when it is neither a value nor a list.
    private mutating func find(_ key: String) -> Found? {
        for layer in layers {
            do {
                guard let values = try layer.values(key) else { continue }
                let isShown = Setting.matching(key)?.isShown == true
                places[key] = SettingPlace(layer.place(key), value: isShown ? values.joined(separator: ", ") : nil)
                return Found(values: values, origin: layer.name)
            } catch {
                places[key] = SettingPlace(layer.place(key), value: nil)
                note("\(key) must be a single value or a list of values.")
                return nil
            }
        }
        return nil
    }

    /// The setting's value, or its default when no layer has the key or what a layer has is wrong.
    mutating func value<Value>(_ typed: TypedSetting<Value>) -> Value {
        guard let text = text(typed.setting, standard: typed.setting.standard.value) else { return typed.standard }
        guard let value = typed.parse(text) else {
            note("\(typed.setting.key) must be \(typed.requirement).")
            return typed.standard
        }
        return value
    }

    /// - Parameter standard: what the program worked out in place of a default; nil when the setting is off without a
    ///   value.
    /// - Returns: nil as well for a value that is no text or empty, which is then among the problems.
    mutating func text(_ setting: Setting, standard: String?) -> String? {
        let key = setting.key
        guard let found = find(key) else {
            report.add(key, standard, origin: "default")
            return standard
        }
        guard found.values.count == 1, let value = found.values.first else {
            note("\(key) must be a single value, not a list.")
            return nil
        }
        guard !value.isEmpty else {
            note("\(key) is empty: give a value or leave the key out.")
            return nil
        }
        report.add(key, value, origin: found.origin)
        return value
    }

    /// Where a layer has only text, commas separate the items; spaces around them don't count.
    mutating func list(_ setting: Setting) -> [String] {
        guard let found = find(setting.key) else {
            report.add(setting.key, setting.standard.value, origin: "default")
            return []
        }
        let items = Self.items(found.values)
        report.add(setting.key, items.joined(separator: ", "), origin: found.origin)
        return items
    }

    /// The same for a key that isn't given for nothing.
    mutating func filledList(_ setting: Setting) -> [String] {
        let items = list(setting)
        if items.isEmpty, report.entries.contains(where: { $0.key == setting.key && $0.origin != "default" }) {
            note("\(setting.key) is empty: give a value or leave the key out.")
        }
        return items
    }

    private static func items(_ values: [String]) -> [String] {
        values.flatMap { $0.split(separator: ",") }
            .map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
    }

    /// What one layer has for a secret.
    private enum SecretValues {
        /// Text in a layer that has no lists.
        case text(String)
        case elements([String])
        /// Of the file that `KEY-file` names, as they are; empty ones are left out.
        case lines([String], of: String)

        /// One value each; spaces around a line don't count.
        var values: [String] {
            switch self {
            case .text(let text): [text]
            case .elements(let elements): elements
            case .lines(let lines, _): lines.map { $0.trimmingCharacters(in: .whitespaces) }
            }
        }
    }

    /// A secret from `KEY` or from the file that `KEY-file` names; the higher layer wins.
    mutating func secret(_ setting: Setting) -> String? {
        let key = setting.key
        guard let found = secretValues(key) else {
            report.add(key, setting.standard.value, origin: "default")
            return nil
        }
        let values = found.values
        guard values.count == 1, let value = values.first, !value.isEmpty else {
            if case .lines(let lines, let path) = found {
                let content = lines.isEmpty ? "nothing" : "several lines"
                note("\(key)-file names \(URL(filePath: path).path), which has \(content) in it: give it one line.")
            } else {
                note("\(key) must be a single, non-empty value.")
            }
            withheld.insert(key)
            return nil
        }
        return value
    }

    /// A list whose items have no commas, so that commas separate them everywhere. Nil when neither `KEY` nor `KEY-file` is
    /// given.
    mutating func secrets(_ setting: Setting) -> [String]? {
        guard let values = secretValues(setting.key)?.values else {
            report.add(setting.key, setting.standard.value, origin: "default")
            return nil
        }
        let items = Self.items(values)
        if items.isEmpty { note("\(setting.key) is empty: give a secret or leave the key out.") }
        return items
    }

    /// The secrets of a webhook source, byte for byte. Nil when neither `KEY` nor `KEY-file` is given.
    ///
    /// - Parameter name: the source's, which stands for `NAME` in the key.
    mutating func secrets(ofSource name: String) -> ConfiguredSecrets? {
        let key = Self.key(ofSource: name)
        let secrets: ConfiguredSecrets
        switch secretValues(key) {
        case .text(let text): secrets = .text(text)
        case .elements(let elements): secrets = .list(elements)
        case .lines(let lines, _): secrets = .list(lines)
        case nil:
            report.add(key, Setting.webhookSecrets.standard.value, origin: "default")
            return nil
        }
        if [.text(""), .list([])].contains(secrets) { note("\(key) is empty: give a secret or leave the key out.") }
        return secrets
    }

    /// Says in the report what the secrets of a source are, in place of only that there are some.
    mutating func describeSecrets(ofSource name: String, _ summary: String) {
        report.describe(Self.key(ofSource: name), "(\(summary), not shown)")
    }

    /// Lists a survey in the report.
    mutating func describe(_ survey: NPSSurvey.Survey, in directory: String) {
        guard let name = survey.name else { return }
        report.add("surveys.\(name)", "\(survey)", origin: "\(directory)/\(name).yaml")
    }

    private static func key(ofSource name: String) -> String {
        Setting.webhookSecrets.key.replacing("NAME", with: name)
    }

    /// The first layer that knows the secret in either spelling decides; both in one layer is a problem.
    private mutating func secretValues(_ key: String) -> SecretValues? {
        for layer in layers {
            var alone = SettingsReader(layers: [layer])
            let direct = alone.find(key)
            let file = alone.find(key + "-file")
            problems += alone.problems
            places.merge(alone.places) { _, new in new }
            if !alone.problems.isEmpty { withheld.insert(key) }
            switch (direct, file) {
            case (nil, nil):
                continue
            case (.some, .some):
                note("\(key) and \(key)-file are both given: leave one out.")
                withheld.insert(key)
                return nil
            case (let found?, nil):
                report.addSecret(key, origin: found.origin)
                guard !layer.hasLists, let text = found.values.first else { return .elements(found.values) }
                return .text(text)
            case (nil, let found?):
                report.addSecret(key, origin: "\(found.origin), \(key)-file")
                return found.values.first.flatMap { contents(of: $0, for: key) }
            }
        }
        return nil
    }

    private mutating func contents(of path: String, for key: String) -> SecretValues? {
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else {
            let file = UnreadableFile(at: path)
            let way = file.isDenied ? ", or hand it over as README says under Secrets under systemd" : ""
            note("\(key)-file can't be read: \(file)\(way).")
            withheld.insert(key)
            return nil
        }
        // Swift counts the line end of Windows as one character.
        let lines = text.split { $0 == "\n" || $0 == "\r\n" }.filter { !$0.allSatisfy(\.isWhitespace) }
        return .lines(lines.map(String.init), of: path)
    }
}

/// One place that settings come from, such as the environment. Layers are asked in order; the first that has the key
/// counts.
struct SettingsLayer: Sendable {
    /// As `check` names it: `command line`, `environment`, `.env`, or the YAML file's path.
    let name: String
    let snapshot: any ConfigSnapshot
    /// False where there is only text, as in the environment.
    var hasLists = false
    /// Where exactly a key is given that it has.
    let place: @Sendable (String) -> String

    /// Nil when the layer doesn't have the key; a single scalar is a list of one, and so is what a layer without lists has.
    func values(_ key: String) throws -> [String]? {
        let path = AbsoluteConfigKey(key.split(separator: ".").map(String.init))
        let scalar = Result { try snapshot.value(forKey: path, type: .string) }
        if case .success(let found) = scalar {
            guard case .string(let text)? = found.value?.content else { return nil }
            return [text]
        }
        guard case .stringArray(let list)? = try snapshot.value(forKey: path, type: .stringArray).value?.content else {
            return nil
        }
        // What the command line's provider has cut at commas may be one value, such as a URL with two hosts.
        return hasLists ? list : [list.joined(separator: ",")]
    }
}
