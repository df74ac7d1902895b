import Foundation
import Testing

@testable import NPSPages

@Suite("Text in HTML")
struct HTMLTextTests {
    @Test(
        "what HTML would read as more than text is a reference",
        arguments: [
            ("", ""), ("Ana", "Ana"), ("<b> & \"c\" 'd'", "&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;"),
            ("a\r\nb\0c", "a&#13;\nb\u{FFFD}c"), ("\"\u{301}", "&quot;\u{301}"), ("ä€😀", "ä€😀"),
        ]
    )
    func references(text: String, html: String) {
        #expect(HTMLText.escaped(text) == html)
        #expect(ScalarEscaping().escapeText(text) == html)
    }

    @Test("the largest form of nothing but & is written byte for byte, and nothing is written twice")
    func linear() {
        var output = CountedBytes()
        let count = 131_072 / 3
        HTMLText.escape(String(repeating: "&", count: count), into: &output)
        #expect(output.bytes.count == 5 * count)
        #expect(output.appended == 5 * count)
        #expect(output.replacements == 0)
    }
}

/// Bytes that count how many of them were ever written, and how often others than the last were touched.
private struct CountedBytes: RangeReplaceableCollection {
    private(set) var bytes: [UInt8] = []
    private(set) var appended = 0
    private(set) var replacements = 0

    var startIndex: Int { bytes.startIndex }
    var endIndex: Int { bytes.endIndex }
    subscript(index: Int) -> UInt8 { bytes[index] }
    func index(after index: Int) -> Int { index + 1 }

    mutating func append(_ byte: UInt8) {
        appended += 1
        bytes.append(byte)
    }

    mutating func append(contentsOf more: some Sequence<UInt8>) {
        for byte in more { append(byte) }
    }

    mutating func replaceSubrange(_ range: Range<Int>, with more: some Collection<UInt8>) {
        replacements += 1
        appended += bytes.count - range.upperBound + more.count
        bytes.replaceSubrange(range, with: more)
    }
}
