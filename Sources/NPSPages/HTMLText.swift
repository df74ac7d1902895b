/// Text as it stands in HTML, in an element or a quoted attribute.
package enum HTMLText {
    package static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the text with what HTML would read as more than text as references.
    package static func append(_ text: String, to bytes: inout [UInt8]) { escape(text, into: &bytes) }

    /// Appends each byte once, whatever stands in the text. Appending to a `String.UnicodeScalarView` instead copies all
    /// that is there for every reference, so that a comment of nothing but `&` costs the square of its length.
    ///
    /// What has a reference is ASCII, and no byte of another character is. What lies between is copied in one piece.
    ///
    /// - Parameter output: the bytes are appended to it.
    static func escape(_ text: String, into output: inout some RangeReplaceableCollection<UInt8>) {
        var text = text
        text.withUTF8 { text in
            var start = 0
            for (index, byte) in text.enumerated() {
                guard let reference = reference(byte) else { continue }
                output.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index]))
                output.append(contentsOf: reference.utf8)
                start = index + 1
            }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
        }
    }

    /// HTML parsers change a raw CR or NUL; as references they are unambiguous.
    private static func reference(_ byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        case 0x0d: "&#13;"
        case 0: "\u{FFFD}"
        default: nil
        }
    }
}
