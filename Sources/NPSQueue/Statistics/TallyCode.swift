import NPSModel

/// A ``Tally`` as the tables have it: `2026-11-30 9`, and after that, if there are any, the survey and the campaign, where
/// `-` stands for none. Equal tallies have equal codes, and codes are in the order of the days.
///
/// Codes are counted as they are, so what a later version writes is counted right by this one, which can't read it.
struct TallyCode: RawRepresentable, Sendable, Hashable {
    let rawValue: String

    init(rawValue: String) {
        self.rawValue = rawValue
    }

    init(_ tally: Tally) {
        // Each answer has one, so it is put together without a list of its parts.
        var text = tally.day.text
        text += " "
        text += String(tally.score.value)
        if tally.survey != nil || tally.campaign != nil { text += " " + Self.encode(tally.survey) }
        if let campaign = tally.campaign { text += " " + Self.encode(campaign) }
        rawValue = text
    }

    /// Nil for what this version can't read.
    var tally: Tally? {
        // A year may have hundreds of thousands of them, so bytes are compared and not characters.
        let parts = rawValue.utf8.split(separator: Self.space, omittingEmptySubsequences: false)
        guard (2...4).contains(parts.count), let day = Day(Substring(parts[0])),
            let score = Int(Substring(parts[1])).flatMap(Score.init)
        else {
            return nil
        }
        var survey: String?
        var campaign: String?
        if parts.count > 2 {
            guard let name = Self.decode(parts[2]) else { return nil }
            survey = name
        }
        if parts.count > 3 {
            guard let name = Self.decode(parts[3]) else { return nil }
            campaign = name
        }
        return Tally(day: day, score: score, survey: survey, campaign: campaign)
    }

    /// The first code that a day may have, and the first text that comes after all of them.
    static func first(of day: Day) -> String { day.text }
    static func end(of day: Day) -> String { day.text + "!" }
    /// After all codes.
    static let afterAll = "~"
}

extension TallyCode {
    private static let none = "-"
    private static let percent = UInt8(ascii: "%")
    private static let space = UInt8(ascii: " ")

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    /// Everything else as in URLs. An empty name is a percent sign alone.
    private static func encode(_ name: String?) -> String {
        guard let name else { return none }
        if name.isEmpty { return "%" }
        if name == none { return "%2d" }
        if name.utf8.allSatisfy(isPlain) { return name }
        var bytes: [UInt8] = []
        for byte in name.utf8 {
            if isPlain(byte) { bytes.append(byte) } else { bytes += [percent] + Array(Hexadecimal.encode([byte]).utf8) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Nil within the result for no name; nil for what is none.
    private static func decode(_ text: Substring.UTF8View) -> String?? {
        let plain = text.prefix(while: isPlain)
        guard plain.endIndex == text.endIndex else { return decodeBytes(text).map(Optional.some) }
        let name = String(Substring(plain))
        return name.isEmpty ? nil : .some(name == none ? nil : name)
    }

    private static func decodeBytes(_ text: Substring.UTF8View) -> String? {
        if text.count == 1, text.first == percent { return "" }
        var bytes: [UInt8] = []
        var rest = Array(text)[...]
        while let byte = rest.popFirst() {
            guard byte == percent else {
                guard isPlain(byte) else { return nil }
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return bytes.isEmpty ? nil : String(validating: bytes, as: UTF8.self)
    }
}

extension Tally {
    /// In bytes. No campaign at Planhat has a longer id, nor a survey a longer name; keys of indexes have limits.
    private static let longestName = 64

    init(_ response: SurveyResponse) {
        self.init(
            day: Day(Milliseconds(response.answeredAt).date),
            score: response.score,
            survey: Self.short(response.survey),
            campaign: Self.short(response.campaignID)
        )
    }

    /// Of an answer of which nobody knows any more which survey it was to. Nil when the score isn't valid for this version.
    init?(_ content: StoredContent) {
        guard let score = Score(content.score) else { return nil }
        self.init(day: Day(content.answeredAt.date), score: score, campaign: Self.short(content.campaignId))
    }

    private static func short(_ name: String?) -> String? {
        name.flatMap { $0.utf8.count <= longestName ? $0 : nil }
    }
}
