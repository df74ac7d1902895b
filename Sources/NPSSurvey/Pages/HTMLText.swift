/// Text as it stands in HTML, in an element or a quoted attribute.
enum HTMLText {
    static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        escape(text.utf8, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends each byte once, whatever stands in the text. Appending to a `String.UnicodeScalarView` instead copies all
    /// that is there for every reference, so that a comment of nothing but `&` costs the square of its length.
    ///
    /// - Parameters:
    ///   - text: UTF-8. What has a reference is ASCII, and no byte of another character is.
    ///   - output: the bytes are appended to it.
    static func escape(_ text: some Sequence<UInt8>, into output: inout some RangeReplaceableCollection<UInt8>) {
        for byte in text {
            if let reference = reference(byte) {
                output.append(contentsOf: reference.utf8)
            } else {
                output.append(byte)
            }
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
