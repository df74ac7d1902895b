/// The parameters after a header's value (RFC 9110 §5.6.6): `; name=value; other="quoted; value"`. Names are in lower
/// case; of a repeated name the first counts.
struct HeaderParameters {
    private(set) var values: [String: String] = [:]

    init(_ text: some StringProtocol) {
        var rest = Substring(text)
        while !rest.isEmpty {
            rest = rest.drop { $0 == ";" || $0 == " " || $0 == "\t" }
            let name = rest.prefix { $0 != "=" && $0 != ";" }
            rest = rest.dropFirst(name.count)
            guard rest.first == "=" else { continue }
            let value = Self.value(&rest)
            let key = name.lowercased()
            if values[key] == nil { values[key] = value }
        }
    }

    subscript(name: String) -> String? { values[name] }

    /// Reads `=value` and removes it from the front of the text.
    private static func value(_ rest: inout Substring) -> String {
        rest = rest.dropFirst()
        guard rest.first == "\"" else {
            let value = rest.prefix { $0 != ";" }
            rest = rest.dropFirst(value.count)
            var trimmed = value
            while trimmed.last == " " || trimmed.last == "\t" { trimmed.removeLast() }
            return String(trimmed)
        }
        rest = rest.dropFirst()
        var value = ""
        while let character = rest.popFirst(), character != "\"" {
            value.append(character == "\\" ? rest.popFirst() ?? character : character)
        }
        return value
    }
}
