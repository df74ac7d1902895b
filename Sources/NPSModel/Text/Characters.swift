import Foundation

/// Classes of ASCII bytes, whatever the locale. Bytes of other UTF-8 characters belong to none.
extension UInt8 {
    package var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    package var isASCIILowercase: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }

    /// In either case.
    package var isASCIILetter: Bool { (self | 0x20).isASCIILowercase }

    /// As ``Hexadecimal`` writes them.
    package var isLowercaseHexDigit: Bool { isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self) }

    /// In either case.
    package var isHexDigit: Bool { isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20) }
}

extension String {
    /// Without the white space and the line breaks around it.
    ///
    /// Most texts have none, which their first and last bytes show; Foundation would copy the whole text first.
    package var trimmed: String {
        guard let first = utf8.first, let last = utf8.last else { return self }
        let visible: ClosedRange<UInt8> = 0x21...0x7e
        if visible.contains(first), visible.contains(last) { return self }
        return trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

extension String {
    /// With this text in the place of each such byte of ASCII. `replacing` compares whole characters, so it finds neither a
    /// quote that a combining mark follows nor the line feed of a CRLF.
    package func replacing(byte: UInt8, with text: String) -> String {
        guard utf8.contains(byte) else { return self }
        return String(decoding: utf8.flatMap { $0 == byte ? Array(text.utf8) : [$0] }, as: UTF8.self)
    }
}

extension StringProtocol {
    /// Without the spaces around it; tabs, line breaks and the spaces beyond ASCII stay.
    package var trimmingSpaces: SubSequence {
        let scalars = unicodeScalars
        if scalars.first != " ", scalars.last != " " { return self[...] }
        guard let start = scalars.firstIndex(where: { $0 != " " }), let end = scalars.lastIndex(where: { $0 != " " })
        else { return self[endIndex...] }
        return self[start..<scalars.index(after: end)]
    }
}

extension String {
    /// With the full-width forms of ASCII, which Japanese and Chinese input methods write, as ASCII: `ａ＠１` is `a@1`.
    package var foldingFullWidth: String {
        guard unicodeScalars.contains(where: { Self.fullWidth.contains($0.value) }) else { return self }
        let folded = unicodeScalars.map { scalar in
            guard Self.fullWidth.contains(scalar.value) else { return scalar }
            return Unicode.Scalar(UInt8(scalar.value - 0xfee0))
        }
        return String(UnicodeScalarView(folded))
    }

    private static let fullWidth: ClosedRange<UInt32> = 0xff01...0xff5e

    /// Without what can't be seen at its ends: white space of any kind and characters without width, such as a byte order
    /// mark, which come along when text is copied from a document or a page.
    package var trimmingInvisible: String {
        let visible: ClosedRange<UInt8> = 0x21...0x7e
        if let first = utf8.first, let last = utf8.last, visible.contains(first), visible.contains(last) { return self }
        var slice = unicodeScalars[...]
        while let first = slice.first, first.isInvisible { slice.removeFirst() }
        while let last = slice.last, last.isInvisible { slice.removeLast() }
        return String(slice)
    }
}

extension Unicode.Scalar {
    /// White space, or a format character: one without width that only affects its neighbours.
    fileprivate var isInvisible: Bool {
        properties.isWhitespace || properties.generalCategory == .format
    }
}
