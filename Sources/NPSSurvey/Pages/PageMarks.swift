import NPSModel

/// What stands in a page for each of the ``PageValues`` while the page is cut: a word with 128 random bits, made at the
/// start and never sent, that no template and no sentence has. What people type is put in after the cutting, so that
/// nothing looks for marks in it.
struct PageMarks: Sendable {
    private let word: [UInt8]

    init() {
        word = Array("mark\(FormNonce().text)".utf8)
    }

    var values: PageValues { PageValues { mark(of: $0) } }

    private func mark(of value: PageValue) -> String {
        String(decoding: word + [Self.letter(of: value)], as: UTF8.self)
    }

    private static func letter(of value: PageValue) -> UInt8 { UInt8(ascii: "a") + UInt8(value.rawValue) }

    /// The value whose mark these bytes begin with, and the mark's length; nil when they begin with none.
    func value(at start: Int, in html: [UInt8]) -> (value: PageValue, length: Int)? {
        let end = start + word.count
        guard end < html.count, html[start] == word[0], html[start..<end].elementsEqual(word) else { return nil }
        return PageValue.allCases.first { Self.letter(of: $0) == html[end] }.map { ($0, word.count + 1) }
    }
}
