import Foundation
import NPSModel
import Yams

/// Single values. Each reader notes a problem and returns nil when the value is unusable.
extension SurveyFileReader {
    mutating func mapping(_ node: Node, _ field: String?) -> Node.Mapping? {
        if case .mapping(let members) = node { return members }
        note(node, field, "must be keys and values")
        return nil
    }

    /// - Parameter limit: in bytes.
    mutating func text(_ node: Node, _ field: String, upTo limit: Int) -> String? {
        guard case .scalar(let scalar) = node else {
            note(node, field, "must be a single value")
            return nil
        }
        let text = scalar.string.trimmed
        let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }
        if (1...limit).contains(text.utf8.count), isPlain { return text }
        note(node, field, "must be one line of 1 to \(limit) bytes")
        return nil
    }

    mutating func flag(_ node: Node, _ field: String) -> Bool? {
        if case .scalar = node, let flag = node.bool { return flag }
        note(node, field, "must be true or false")
        return nil
    }

    mutating func reference(_ node: Node, _ field: String, _ kind: PlanhatReference) -> String? {
        guard let text = text(node, field, upTo: LinkClaims.Limit.identifier) else { return nil }
        if kind.admits(text) { return text }
        note(node, field, kind.rule)
        return nil
    }

    /// A day alone begins at midnight in UTC.
    mutating func opening(_ node: Node) -> SurveyFile.Opening? {
        moment(node, "opens").map { SurveyFile.Opening(date: $0.date, day: $0.day) }
    }

    /// A day alone is meant to its end, in UTC.
    mutating func closing(_ node: Node) -> Date? {
        moment(node, "closes").map { $0.isDay ? $0.date.addingTimeInterval(86_400) : $0.date }
    }

    private struct Moment {
        let date: Date
        /// See ``SurveyFile/Opening/day``.
        let day: Date
        let isDay: Bool
    }

    private mutating func moment(_ node: Node, _ field: String) -> Moment? {
        guard let text = text(node, field, upTo: 40) else { return nil }
        guard !text.utf8.allSatisfy(\.isASCIIDigit), let date = try? DateFormats().date(.string(text)),
            let shown = Timestamp.parse(String(text.prefix(10)))
        else {
            note(node, field, "must be a time with its zone, such as 2026-12-01T08:00:00+01:00, or a day")
            return nil
        }
        return Moment(date: date, day: shown, isDay: text.utf8.count == 10)
    }

    /// Where a person may be led: a page, or a way to talk.
    mutating func link(_ node: Node, _ field: String) -> String? {
        guard let text = text(node, field, upTo: 500) else { return nil }
        let isPlain = text.utf8.allSatisfy { (0x21...0x7e).contains($0) && ![0x22, 0x3c, 0x3e, 0x5c].contains($0) }
        let isPage =
            ["https://", "http://"].contains(where: text.hasPrefix) && URL(string: text)?.host?.isEmpty == false
        let isTalk = ["mailto:", "tel:"].contains { text.hasPrefix($0) && text.utf8.count > $0.utf8.count }
        if isPlain, isPage || isTalk { return text }
        note(node, field, "must be an address such as https://www.example.com/reviews, mailto:… or tel:…")
        return nil
    }

    /// One name or a list of them.
    mutating func parameters(_ node: Node) -> [String] {
        let nodes: [Node] = if case .sequence(let elements) = node { Array(elements) } else { [node] }
        var names: [String] = []
        for node in nodes {
            guard let name = text(node, "parameters", upTo: CustomProperty.Limit.name) else { continue }
            if Survey.isParameter(name), !names.contains(name) {
                names.append(name)
            } else {
                note(
                    node,
                    "parameters",
                    "must be different names of letters, digits, _ and -, and none of the form's own"
                )
            }
        }
        if names.count > Survey.mostParameters {
            note(node, "parameters", "has too many names: at most \(Survey.mostParameters)")
        }
        return names
    }

    mutating func properties(_ node: Node) -> [String: JSONValue] {
        var properties: [String: JSONValue] = [:]
        for (key, value) in mapping(node, "custom") ?? [:] {
            guard let name = key.string, CustomProperty.isName(name) else {
                note(key, "custom", "has a name that can't be used; it " + CustomProperty.nameRule)
                continue
            }
            guard case .scalar(let scalar) = value, CustomProperty.isValue(Self.value(scalar, value)) else {
                note(value, "custom.\(name)", CustomProperty.valueRule)
                continue
            }
            properties[name] = Self.value(scalar, value)
        }
        if properties.count > CustomProperty.Limit.count {
            note(node, "custom", "has too many properties: at most \(CustomProperty.Limit.count)")
        }
        return properties
    }

    /// A number or a word such as `true` in quotes is text.
    private static func value(_ scalar: Node.Scalar, _ node: Node) -> JSONValue {
        guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
        if let flag = node.bool, ["true", "false"].contains(scalar.string) { return .bool(flag) }
        if let number = Int64(scalar.string), String(number) == scalar.string { return .integer(number) }
        if let number = Double(scalar.string), scalar.string.utf8.first.map({ $0 == 0x2d || $0.isASCIIDigit }) == true,
            scalar.string.contains(".")
        {
            return .number(number)
        }
        return .string(scalar.string)
    }
}
