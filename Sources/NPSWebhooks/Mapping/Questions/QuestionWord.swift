import NPSModel

/// One word that tells what a question is about, or the beginning of one.
struct QuestionWord {
    let kind: QuestionWords
    private let bytes: [UInt8]
    /// What follows the word, or one character and the word; nil for nothing.
    private let continuation: [UInt8]?
    /// Whether it must stand at the beginning of a word of the text.
    private let isBeginning: Bool
    private let isEnd: Bool

    /// - Parameter text: see `QuestionWords.texts`.
    init(_ text: String, _ kind: QuestionWords) {
        self.kind = kind
        isBeginning = text.hasPrefix("|")
        isEnd = text.hasSuffix("|")
        let parts = text.utf8.filter { $0 != UInt8(ascii: "|") }.split(separator: UInt8(ascii: "."))
        bytes = Array(parts[0])
        continuation = parts.dropFirst().first.map(Array.init)
    }

    var first: UInt8 { bytes[0] }

    /// - Parameter text: valid UTF-8, in small letters.
    func isFound(in text: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
        let end = start + bytes.count
        guard end <= text.count else { return false }
        for offset in 1..<bytes.count where text[start + offset] != bytes[offset] { return false }
        if isBeginning, Self.isWord(before: start, in: text) { return false }
        if isEnd, Self.isWord(at: end, in: text) { return false }
        guard let continuation else { return true }
        return text[end...].starts(with: continuation)
            || Self.end(ofCharacterAt: end, in: text).map { text[$0...].starts(with: continuation) } ?? false
    }

    /// Nil for a line feed, and at the end of the text.
    private static func end(ofCharacterAt index: Int, in text: UnsafeBufferPointer<UInt8>) -> Int? {
        guard index < text.count, text[index] != 0x0a else { return nil }
        var end = index + 1
        while end < text.count, isContinuation(text[end]) { end += 1 }
        return end
    }

    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xc0 == 0x80 }

    private static func isWord(before index: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard index > 0 else { return false }
        var start = index - 1
        while start > 0, isContinuation(text[start]) { start -= 1 }
        return isWord(at: start, in: text)
    }

    /// Whether the character there belongs to a word, as Oniguruma's `\w` says.
    private static func isWord(at index: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard index < text.count else { return false }
        if text[index] < 0x80 {
            return text[index].isASCIILetter || text[index].isASCIIDigit || text[index] == UInt8(ascii: "_")
        }
        guard let end = end(ofCharacterAt: index, in: text),
            let scalar = String(decoding: text[index..<end], as: UTF8.self).unicodeScalars.first
        else { return false }
        if scalar.properties.isAlphabetic { return true }
        return switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: true
        default: false
        }
    }
}
