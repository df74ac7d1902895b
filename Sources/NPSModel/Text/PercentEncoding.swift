/// Percent escapes as in URLs (RFC 3986 §2.1) and forms (WHATWG URL §5.1), read strictly: what is broken is refused,
/// not mended.
package enum PercentEncoding {
    /// A form's text: `+` is a space. Nil for an escape that isn't `%` and two hex digits.
    package static func formDecode(_ encoded: ArraySlice<UInt8>) -> [UInt8]? {
        decode(encoded, spaceForPlus: true) { _ in true }
    }

    /// A URL's text, in which only escapes of bytes that `shouldDecode` says yes to are decoded; others stay as they
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
                let digits = rest.prefix(2)
                guard digits.count == 2, let high = hexDigit(digits.first), let low = hexDigit(digits.last) else {
                    return nil
                }
                rest = rest.dropFirst(2)
                let decoded = high << 4 | low
                if shouldDecode(decoded) { bytes.append(decoded) } else { bytes += [byte] + digits }
            default:
                bytes.append(byte)
            }
        }
        return bytes
    }

    private static func hexDigit(_ byte: UInt8?) -> UInt8? {
        switch byte {
        case .some(let byte) where (0x30...0x39).contains(byte): byte - 0x30
        case .some(let byte) where (0x41...0x46).contains(byte): byte - 0x41 + 10
        case .some(let byte) where (0x61...0x66).contains(byte): byte - 0x61 + 10
        default: nil
        }
    }
}
