import NPSModel

/// Where a setting is given, and what it is there, for the sentence that says what is wrong with it.
struct SettingPlace: Sendable {
    private static let lengthLimit = 80

    private let text: String

    /// - Parameters:
    ///   - place: such as `nps-collector.yaml:3`.
    ///   - value: nil for what nobody may read.
    init(_ place: String, value: String?) {
        text = place + (value.map(Self.shown) ?? "")
    }

    /// The sentence with the place in the end.
    func added(to sentence: String) -> String {
        let isWhole = sentence.hasSuffix(".")
        return "\(isWhole ? String(sentence.dropLast()) : sentence) (\(text))" + (isWhole ? "." : "")
    }

    /// What stands in the wrong place may be somebody's address, or a secret.
    private static func shown(_ value: String) -> String {
        let printable = String(value.unicodeScalars.filter { $0.properties.generalCategory != .control })
        guard !printable.isEmpty, !printable.contains("@"), !UnreadableFile.mayBeSecret(value) else { return "" }
        let isQuoted = printable.count > 1 && printable.hasPrefix("\"") && printable.hasSuffix("\"")
        if isQuoted, printable.count <= lengthLimit { return " says \(printable), and the quotes count" }
        return " says \"\(printable.prefix(lengthLimit))\(printable.count > lengthLimit ? "…" : "")\""
    }
}
