/// An address of the form that almost all have: nothing but ASCII, no white space around it, no A-labels in its domain. It
/// is read in one pass over the bytes.
struct PlainAddress {
    let address: String
    /// In lower case.
    let domain: String

    /// Nil for every other text, valid or not: `EmailAddress` reads those, and says what is wrong.
    init?(_ text: String) {
        var bytes = Array(text.utf8)
        guard bytes.count <= 254, let at = bytes.firstIndex(of: UInt8(ascii: "@")) else { return nil }
        guard (1...64).contains(at), Self.isLocal(bytes[..<at]) else { return nil }
        for index in bytes[at...].indices where Self.isCapital(bytes[index]) { bytes[index] |= 0x20 }
        guard Self.isDomain(bytes[(at + 1)...]) else { return nil }
        address = String(decoding: bytes, as: UTF8.self)
        domain = String(decoding: bytes[(at + 1)...], as: UTF8.self)
    }

    private static func isCapital(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }

    /// Dot-atom of RFC 5322 §3.2.3.
    private static func isLocal(_ bytes: ArraySlice<UInt8>) -> Bool {
        var isAfterDot = true
        for byte in bytes {
            let isDot = byte == UInt8(ascii: ".")
            guard isDot ? !isAfterDot : isAtomText(byte) else { return false }
            isAfterDot = isDot
        }
        return !isAfterDot
    }

    private static func isAtomText(_ byte: UInt8) -> Bool {
        if byte.isASCIILetter || byte.isASCIIDigit { return true }
        return switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: "?"),
            UInt8(ascii: "^")...UInt8(ascii: "`"), UInt8(ascii: "{")...UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// At least two labels of letters, digits and inner hyphens, 1 to 63 of them; the last is no number.
    private static func isDomain(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count <= 253 else { return false }
        var (start, labels) = (bytes.startIndex, 0)
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: ".")) {
            guard isLabel(bytes[start..<end]) else { return false }
            labels += 1
            start = end + 1
        }
        let top = bytes[start...]
        return labels > 0 && isLabel(top) && !top.allSatisfy(\.isASCIIDigit)
    }

    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        let hyphen = UInt8(ascii: "-")
        guard (1...63).contains(label.count), label.first != hyphen, label.last != hyphen else { return false }
        guard label.count < 4 || !label.starts(with: "xn--".utf8) else { return false }
        return label.allSatisfy { $0.isASCIILowercase || $0.isASCIIDigit || $0 == hyphen }
    }
}
