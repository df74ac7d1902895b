import Foundation
import Testing

@testable import NPSModel

@Suite("Trimming")
struct TrimmingTests {
    @Test(
        "the white space around a text goes, whatever kind it is, and the rest stays",
        arguments: [
            "", " ", "a", " a", "a ", "\ta b\n", "\u{a0}a\u{a0}", "\u{2028}a", "a\u{3000}", "é", " é", "é\u{85}",
            "\u{200b}a", "\u{7f}a",
            "a\r\n", "\u{feff}a",
        ]
    )
    func trimsAsFoundationDoes(_ text: String) {
        #expect(text.trimmed == text.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
