/// A property of a response that a survey, a link or the address of a form gives it, as Planhat's `custom` has it.
///
/// Planhat documents no rule for their names but that they are those of its custom fields, which may have spaces and
/// punctuation (`Has Influence?`). What a document database can't store as a key is refused, and so is what the collector
/// itself writes.
package enum CustomProperty {
    /// In bytes of UTF-8, and properties a response.
    package enum Limit {
        package static let name = 60
        package static let text = 200
        package static let count = 20
    }

    /// Says at Planhat whether a bot may have given the answer.
    static let reserved: Set = ["suspect"]

    package static func isName(_ text: String) -> Bool {
        (1...Limit.name).contains(text.utf8.count) && isPlain(text) && text.trimmingInvisible == text
            && !text.hasPrefix("$") && !text.contains(".") && !reserved.contains(text)
    }

    /// Completes the sentence that begins with a name that is none.
    package static let nameRule = """
        must be the name of a custom field at Planhat: 1 to \(Limit.name) bytes, no dot, no $ in front, and not suspect, \
        which the collector writes
        """

    /// Whether it can be a value: a short text, a number, or true or false.
    package static func isValue(_ value: JSONValue) -> Bool {
        switch value {
        case .string(let text): (1...Limit.text).contains(text.utf8.count) && isPlain(text)
        case .integer, .bool: true
        case .number(let number): number.isFinite
        case .null, .array, .object: false
        }
    }

    /// Completes the sentence that begins with the name of a property whose value can't be used.
    package static let valueRule = "must be a text of 1 to \(Limit.text) bytes, a number, or true or false"

    /// Without control characters.
    private static func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }
    }
}
