/// Percent escapes as in URLs (RFC 3986 §2.1) and forms (WHATWG URL §5.1). Decoding is strict: a broken escape is an
/// error, never passed through.
package enum PercentEncoding {
    /// One component of a URL, such as a path segment or a query value: every byte that RFC 3986 §2.3 doesn't call
    /// unreserved is escaped, in upper-case digits (§2.1).
    package static func encode(_ component: String) -> String {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(component.utf8.count)
        for byte in component.utf8 {
            if isUnreserved(byte) {
                encoded.append(byte)
            } else {
                encoded += "%\(Hexadecimal.encode(byte).uppercased())".utf8
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// The text of a form, in which `+` is a space. Nil for an escape that isn't `%` and two hex digits.
    package static func formDecode(_ encoded: ArraySlice<UInt8>) -> [UInt8]? {
        decode(encoded, spaceForPlus: true) { _ in true }
    }

    /// The text of a URL. Only escapes of bytes that `shouldDecode` returns true for are decoded; others stay as they
    /// are. Nil for a broken escape.
    package static func decode(_ encoded: ArraySlice<UInt8>, only shouldDecode: (UInt8) -> Bool) -> [UInt8]? {
        decode(encoded, spaceForPlus: false, only: shouldDecode)
    }

    private static func decode(
        _ encoded: ArraySlice<UInt8>,
        spaceForPlus: Bool,
        only shouldDecode: (UInt8) -> Bool
    ) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encoded.count)
        var rest = encoded
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+") where spaceForPlus:
                bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst(), let low = rest.popFirst(),
                    let decoded = Hexadecimal.byte(high, low)
                else { return nil }
                if shouldDecode(decoded) { bytes.append(decoded) } else { bytes += [byte, high, low] }
            default:
                bytes.append(byte)
            }
        }
        return bytes
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || "-._~".utf8.contains(byte)
    }
}
