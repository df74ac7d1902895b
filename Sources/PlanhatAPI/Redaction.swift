import Foundation
package import NPSModel

/// Makes a text of the API's fit to be stored and shown: it may quote what was sent.
package enum Redaction {
    /// One line of at most 200 characters; anything like an address or a long token is replaced.
    ///
    /// - Parameter secrets: texts that must not be readable in the result, such as the comment that was sent. Texts,
    ///   and the pieces between characters that JSON escapes, are looked for from 4 bytes on; and since an error may
    ///   quote a part of them, so are their words.
    package static func shortened(_ text: String, hiding secrets: [String] = []) -> String {
        // Cut by bytes and scalars: a single character may have any number of combining marks.
        var text = String(decoding: text.utf8.prefix(4_096), as: UTF8.self)
        for piece in pieces(of: secrets).prefix(pieceLimit) where text.contains(piece) {
            text = text.replacingOccurrences(of: piece, with: "(…)")
        }
        let secretWords = Set(secrets.lazy.flatMap(words).map { $0.lowercased() })
        let words = text.split(whereSeparator: \.isWhitespace).map { hiding(secretWords, in: $0) }.map { safe($0[...]) }
            .filter { !$0.isEmpty }
        let line = words.joined(separator: " ").unicodeScalars
        guard line.count > 200 else { return String(line) }
        return String(String.UnicodeScalarView(line.prefix(199))) + "…"
    }

    /// Every text in a request's body that nobody should read in an error, and every number that is longer than a score
    /// or a small count. The ids under which this program itself speaks of a response, and its name for the source,
    /// aren't among them.
    package static func secrets(in sent: JSONValue) -> [String] {
        switch sent {
        case .null, .bool, .number: []
        case .integer(let number): number.magnitude < 1_000 ? [] : ["\(number)"]
        case .string(let text): [text]
        case .array(let elements): elements.flatMap(secrets)
        case .object(let members):
            members.filter { $0.key != "sourceId" && $0.key != "source" }.flatMap { secrets(in: $0.value) }
        }
    }

    /// The same value without the text in any of its texts.
    static func hiding(_ secret: String, in value: JSONValue) -> JSONValue {
        switch value {
        case .null, .bool, .integer, .number: value
        case .string(let text): .string(text.replacingOccurrences(of: secret, with: "(…)"))
        case .array(let elements): .array(elements.map { hiding(secret, in: $0) })
        case .object(let members): .object(members.mapValues { hiding(secret, in: $0) })
        }
    }

    /// Hiding whole pieces only reads better; their words are hidden anyway.
    private static let pieceLimit = 200

    /// What is worth hiding alone: three letters or digits and more.
    private static func words(of text: String) -> [Substring] {
        text.split { !$0.isLetter && !$0.isNumber }.filter { $0.utf8.count >= 3 }
    }

    private static func hiding(_ secrets: Set<String>, in word: Substring) -> String {
        var result = String(word)
        for part in words(of: result) where secrets.contains(part.lowercased()) {
            result = result.replacingOccurrences(of: part, with: "(…)")
        }
        return result
    }

    private static func safe(_ word: Substring) -> String {
        if word.contains("@") || word.contains("%40") { return "(address)" }
        if word.utf8.count >= 40 { return "(…)" }
        return String(String.UnicodeScalarView(word.unicodeScalars.filter(isVisible)))
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: false
        default: true
        }
    }

    /// The longest first, so that no piece is broken by a shorter one within it.
    private static func pieces(of secrets: [String]) -> [String] {
        let pieces = secrets.flatMap { secret in
            secret.split { $0.isNewline || $0 == "\"" || $0 == "\\" || $0 == "\t" }.map(String.init)
        }
        return Set(pieces.filter { $0.utf8.count >= 4 }).sorted { $0.utf8.count > $1.utf8.count }
    }
}

/// Finds the sentence in an error whose shape is documented nowhere: a text, or an object with one somewhere.
package enum ErrorMessage {
    /// Nil when there is none. It may quote what was sent: pass it through ``Redaction/shortened(_:hiding:)`` before it
    /// is stored or shown.
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
