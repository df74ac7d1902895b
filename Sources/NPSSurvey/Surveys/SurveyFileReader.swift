import Foundation
import NPSModel
import NPSPages
import Yams

/// Reads one file of `surveys.directory`, and collects everything that is wrong with it.
struct SurveyFileReader {
    static let keys = [
        "subject", "brand", "accent", "languages", "open", "opens", "closes", "campaignId", "companyId", "custom",
        "parameters", "follow-ups", "thanks",
    ]
    private static let groups: [(key: String, group: ScoreGroup)] = [
        ("detractors", .detractor), ("passives", .passive), ("promoters", .promoter),
    ]

    let place: String
    /// The names of the pages' sentences.
    let sentences: Set<String>
    private(set) var problems: [ConfigurationProblem] = []

    init(place: String, sentences: Set<String>) {
        self.place = place
        self.sentences = sentences
    }

    /// What could be read, whatever is wrong with the rest; nil when the text isn't a YAML mapping. An empty file is a
    /// survey that is in everything as the settings have it.
    mutating func read(_ yaml: String) -> SurveyFile? {
        guard let root = compose(yaml) else { return problems.isEmpty ? SurveyFile() : nil }
        guard let members = mapping(root, nil) else { return nil }
        var file = SurveyFile()
        for (key, value) in members {
            switch key.string {
            case "subject": file.subject = text(value, "subject", upTo: 200)
            case "brand": file.brand = text(value, "brand", upTo: 200)
            case "accent": file.accent = accent(value)
            case "languages": file.sentences = languages(value)
            case "open": file.isOpen = flag(value, "open") ?? true
            case "opens": file.opensAt = opening(value)
            case "closes": file.closesAt = closing(value)
            case "campaignId": file.campaignID = reference(value, "campaignId", .campaign)
            case "companyId": file.companyID = reference(value, "companyId", .company)
            case "custom": file.custom = properties(value)
            case "parameters": file.parameters = parameters(value)
            case "follow-ups": file.options.asksByScore = asksByScore(value) ?? true
            case "thanks": file.options.offers = offers(value)
            default: noteUnknown(key, in: nil, among: Self.keys)
            }
        }
        if let opensAt = file.opensAt, let closesAt = file.closesAt, closesAt <= opensAt.date {
            note(members["closes"], "closes", "must come after opens")
        }
        for name in file.parameters where file.custom[name] != nil {
            note(members["parameters"], "parameters", "has \(name), which custom gives every answer already")
        }
        return file
    }

    mutating func note(_ node: Node?, _ field: String?, _ message: String) {
        problems.append(ConfigurationProblem(place: place, line: node?.mark?.line, field: field, message: message))
    }

    /// - Parameter known: the keys that there are; the nearest is named.
    mutating func noteUnknown(_ key: Node, in parent: String?, among known: some Sequence<String>) {
        guard let name = key.string else { return note(key, parent, "has a key that is not text") }
        let hint = Spelling.nearest(name, among: known.sorted()).map { ": did you mean \($0)?" }
        note(
            key,
            parent.map { "\($0).\(name)" } ?? name,
            "is not a known key" + (hint ?? (parent == nil ? ": there are \(known.joined(separator: ", "))" : ""))
        )
    }

    private mutating func compose(_ yaml: String) -> Node? {
        do {
            return try Yams.compose(yaml: yaml)
        } catch {
            problems.append(.unreadable(place, error))
            return nil
        }
    }

    private mutating func accent(_ node: Node) -> Accent? {
        guard let text = text(node, "accent", upTo: 20) else { return nil }
        do throws(SurveyError) {
            return try Accent(text)
        } catch {
            if case .accent(let problem) = error { note(node, "accent", problem) }
            return nil
        }
    }

    private mutating func asksByScore(_ node: Node) -> Bool? {
        switch text(node, "follow-ups", upTo: 20) {
        case "by-score": return true
        case "neutral": return false
        case nil: return nil
        default:
            note(node, "follow-ups", "must be by-score or neutral")
            return nil
        }
    }

    private mutating func offers(_ node: Node) -> [ScoreGroup: String] {
        var offers: [ScoreGroup: String] = [:]
        for (key, value) in mapping(node, "thanks") ?? [:] {
            guard let (name, group) = Self.groups.first(where: { $0.key == key.string }) else {
                noteUnknown(key, in: "thanks", among: Self.groups.map(\.key))
                continue
            }
            for (key, value) in mapping(value, "thanks.\(name)") ?? [:] {
                guard key.string == "link" else {
                    noteUnknown(key, in: "thanks.\(name)", among: ["link"])
                    continue
                }
                offers[group] = link(value, "thanks.\(name).link")
            }
        }
        return offers
    }

    private mutating func languages(_ node: Node) -> [Language: [String: String]] {
        var languages: [Language: [String: String]] = [:]
        for (key, value) in mapping(node, "languages") ?? [:] {
            guard let tag = key.string, LinkClaims.isLanguageTag(tag) else {
                note(key, "languages", "must have language tags as keys, such as de or pt-BR")
                continue
            }
            languages[Language(tag)] = wording(value, "languages.\(tag)")
        }
        return languages
    }

    private mutating func wording(_ node: Node, _ field: String) -> [String: String] {
        var own: [String: String] = [:]
        for (key, value) in mapping(node, field) ?? [:] {
            guard let name = key.string, sentences.contains(name) else {
                noteUnknown(key, in: field, among: sentences)
                continue
            }
            guard let sentence = text(value, "\(field).\(name)", upTo: 1_000) else { continue }
            if Catalogue.admits(sentence, as: name) {
                own[name] = sentence
            } else {
                note(value, "\(field).\(name)", "must be one of the words that the built-in languages have there")
            }
        }
        return own
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
