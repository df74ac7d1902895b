package import NPSModel

/// Finds the sentence in an error whose shape is documented nowhere: a text, or an object with one somewhere.
package enum ErrorMessage {
    /// Nil when there is none. Foreign text: pass it through ``Redaction/shortened(_:hiding:)`` before showing it.
    package static func text(of json: JSONValue) -> String? {
        text(of: json, depth: 5)
    }

    private static func text(of json: JSONValue, depth: Int) -> String? {
        guard depth > 0 else { return nil }
        return switch json {
        case .string(let text): text.isEmpty ? nil : text
        case .object(let members):
            ["message", "error", "errors", "reason"].lazy
                .compactMap { members[$0].flatMap { text(of: $0, depth: depth - 1) } }.first
        case .array(let elements): elements.lazy.compactMap { text(of: $0, depth: depth - 1) }.first
        case .null, .bool, .integer, .number: nil
        }
    }
}
