import Foundation
import NPSModel
import Yams

/// Single values. Each reader notes a problem and returns nil when the value is unusable.
extension SourceFileReader {
    mutating func mapping(_ node: Node, _ field: String?) -> Node.Mapping? {
        if case .mapping(let members) = node { return members }
        note(node, field, "must be keys and values")
        return nil
    }

    mutating func text(_ node: Node, _ field: String) -> String? {
        if case .scalar(let scalar) = node { return scalar.string }
        note(node, field, "must be a single value")
        return nil
    }

    /// One text or a list of them. Empty texts are a problem and left out.
    mutating func texts(_ node: Node, _ field: String) -> [String] {
        var texts: [String] = []
        if case .sequence(let elements) = node {
            for element in elements { texts += text(element, field).map { [$0] } ?? [] }
        } else {
            texts += text(node, field).map { [$0] } ?? []
        }
        if texts.isEmpty || texts.contains("") { note(node, field, "must not be empty") }
        return texts.filter { !$0.isEmpty }
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ node: Node,
        _ field: String,
        _: Choice.Type
    ) -> Choice? {
        guard let text = text(node, field) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        note(node, field, "must be one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
        return nil
    }

    /// One kind or a list of them.
    mutating func bodies(_ node: Node) -> [PayloadKind]? {
        let nodes: [Node] = if case .sequence(let elements) = node { Array(elements) } else { [node] }
        let kinds = nodes.compactMap { choice($0, "bodies", PayloadKind.self) }
        if nodes.isEmpty { note(node, "bodies", "must not be empty") }
        return kinds.isEmpty ? nil : kinds
    }

    mutating func timeZone(_ node: Node) -> TimeZone? {
        guard let text = text(node, "timezone") else { return nil }
        if let zone = TimeZone(identifier: text) { return zone }
        note(node, "timezone", "must be a zone of the IANA database, such as Europe/Berlin or UTC")
        return nil
    }

    /// An object of texts, whole numbers and booleans.
    mutating func ping(_ node: Node) -> JSONValue? {
        guard let members = mapping(node, "unsigned_ping") else { return nil }
        var object: [String: JSONValue] = [:]
        for (key, value) in members {
            guard let name = key.string, case .scalar(let scalar) = value else {
                note(value, "unsigned_ping", "must have single values only")
                continue
            }
            object[name] =
                value.bool.map(JSONValue.bool) ?? value.int.map { .integer(Int64($0)) } ?? .string(scalar.string)
        }
        if object.isEmpty { note(node, "unsigned_ping", "must not be empty") }
        return object.isEmpty ? nil : .object(object)
    }

    mutating func character(_ node: Node, _ field: String) -> Character? {
        guard let text = text(node, field) else { return nil }
        if text.utf8.count == 1, let character = text.first { return character }
        note(node, field, "must be a single ASCII character")
        return nil
    }

    /// One whole number or a list of them.
    mutating func numbers(_ node: Node, _ field: String, in range: ClosedRange<Int>) -> [Int] {
        let nodes: [Node] = if case .sequence(let elements) = node { Array(elements) } else { [node] }
        if nodes.isEmpty { note(node, field, "must not be empty") }
        return nodes.compactMap { number($0, field, in: range) }
    }

    mutating func number(_ node: Node, _ field: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = text(node, field) else { return nil }
        if let number = Int(text), range.contains(number) { return number }
        note(node, field, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        return nil
    }
}
