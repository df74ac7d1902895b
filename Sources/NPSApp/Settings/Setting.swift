/// One key of the configuration: how it is called, what is in force without it, and what it means.
///
/// ``all`` is the only list of them. The reader, `--help`, `check`, the search for unknown keys and the test of the
/// README's table read from it, so each default stands once.
package struct Setting: Sendable, Hashable {
    /// What is in force when nobody gives the key.
    package enum Default: Sendable, Hashable {
        /// This text; `check` prints it.
        case value(String)
        /// Nothing, or what follows from other settings. The word, such as `none`, only describes it.
        case word(String)
    }

    /// Dotted, as in the YAML file: `http.public-url`. A component may be `NAME`, which stands for any name.
    package let key: String
    package let standard: Default
    /// What `--help` says of it.
    package let meaning: String
    /// May also be given as `KEY-file`, and is never printed.
    package let isSecret: Bool

    init(_ key: String, _ standard: Default, _ meaning: String, isSecret: Bool = false) {
        self.key = key
        self.standard = standard
        self.meaning = meaning
        self.isSecret = isSecret
    }

    /// Whether what is wrong with it may be told with its value. The address of a database or of an API may have a password in
    /// it, however it is written.
    var isShown: Bool { !isSecret && !key.hasSuffix(".url") }

    /// `--http-public-url`
    package var option: String { Self.option(for: key) }

    /// `HTTP_PUBLIC_URL`
    package var variable: String { Self.variable(for: key) }

    static func option(for key: String) -> String { "--" + key.replacing(".", with: "-") }

    static func variable(for key: String) -> String {
        key.uppercased().replacing(".", with: "_").replacing("-", with: "_")
    }

    /// The setting that a concrete dotted key belongs to, `-file` spellings of secrets included; nil for unknown keys.
    static func matching(_ key: String) -> Setting? {
        all.first { setting in
            setting.matches(key)
                || (setting.isSecret && key.hasSuffix("-file") && setting.matches(String(key.dropLast(5))))
        }
    }

    private func matches(_ candidate: String) -> Bool {
        let mine = key.split(separator: ".")
        let theirs = candidate.split(separator: ".", omittingEmptySubsequences: false)
        return mine.count == theirs.count && zip(mine, theirs).allSatisfy { $0 == "NAME" && !$1.isEmpty || $0 == $1 }
    }
}

extension Setting.Default: CustomStringConvertible {
    /// As people read it.
    package var description: String {
        switch self {
        case .value(let text), .word(let text): text
        }
    }

    /// Nil for a word, which is no value.
    var value: String? {
        if case .value(let text) = self { text } else { nil }
    }
}

/// A setting together with its default as a value, and the way from text to such a value.
struct TypedSetting<Value: Sendable>: Sendable {
    let setting: Setting
    let standard: Value
    /// What the text must be, for the sentence about one that isn't: `a whole number from 1 to 5000`.
    let requirement: String
    /// Nil for a text that means nothing.
    let parse: @Sendable (String) -> Value?
}

extension TypedSetting<String> {
    static func text(_ key: String, _ standard: String, _ meaning: String) -> Self {
        Self(setting: Setting(key, .value(standard), meaning), standard: standard, requirement: "text") { $0 }
    }
}

extension TypedSetting<String?> {
    /// - Parameter word: what stands for its absence.
    static func optionalText(_ key: String, _ word: String, _ meaning: String) -> Self {
        Self(setting: Setting(key, .word(word), meaning), standard: nil, requirement: "text") { .some($0) }
    }
}

extension TypedSetting<Int> {
    static func number(_ key: String, _ standard: Int, in range: ClosedRange<Int>, _ meaning: String) -> Self {
        Self(
            setting: Setting(key, .value(String(standard)), meaning),
            standard: standard,
            requirement: range.requirement,
            parse: range.parse
        )
    }

    /// 0 takes any free port.
    static func port(_ key: String, _ standard: Int, _ meaning: String) -> Self {
        number(key, standard, in: 0...65535, meaning)
    }

    /// 0 is for ever.
    static func days(_ key: String, _ standard: Int, _ meaning: String) -> Self {
        number(key, standard, in: 0...36_500, meaning)
    }
}

extension TypedSetting<Int?> {
    /// - Parameter word: what stands for its absence.
    static func optionalPort(_ key: String, _ word: String, _ meaning: String) -> Self {
        let range = 0...65535
        return Self(setting: Setting(key, .word(word), meaning), standard: nil, requirement: range.requirement) {
            // Twice optional: nil is a text that is no port, .some(nil) would be no port at all.
            range.parse($0).map(Optional.some)
        }
    }
}

extension TypedSetting<Bool> {
    static func flag(_ key: String, _ standard: Bool, _ meaning: String) -> Self {
        Self(
            setting: Setting(key, .value(String(standard)), meaning),
            standard: standard,
            requirement: "true or false"
        ) { text in
            switch text.lowercased() {
            case "true", "yes", "on", "1": true
            case "false", "no", "off", "0": false
            default: nil
            }
        }
    }
}

extension TypedSetting where Value: RawRepresentable<String> & CaseIterable {
    static func choice(_ key: String, _ standard: Value, _ meaning: String) -> Self {
        Self(
            setting: Setting(key, .value(standard.rawValue), meaning),
            standard: standard,
            requirement: "one of " + Value.allCases.map(\.rawValue).joined(separator: ", ")
        ) { Value(rawValue: $0.lowercased()) }
    }
}

extension ClosedRange<Int> {
    fileprivate var requirement: String { "a whole number from \(lowerBound) to \(upperBound)" }

    @Sendable fileprivate func parse(_ text: String) -> Int? {
        Int(text).flatMap { contains($0) ? $0 : nil }
    }
}
