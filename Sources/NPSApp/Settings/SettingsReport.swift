/// The effective settings as `check` prints them: every value with the place it came from, no secret readable.
package struct SettingsReport: Sendable {
    package struct Entry: Sendable, Encodable, Equatable {
        package let key: String
        /// Nil when the setting is off.
        package let value: String?
        package let origin: String
    }

    package static let redaction = "(set, not shown)"

    package private(set) var entries: [Entry] = []

    mutating func add(_ key: String, _ value: String?, origin: String) {
        entries.removeAll { $0.key == key }
        entries.append(Entry(key: key, value: value, origin: origin))
    }

    mutating func addSecret(_ key: String, origin: String) {
        add(key, Self.redaction, origin: origin)
    }
}
