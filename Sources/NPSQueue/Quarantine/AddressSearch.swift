import Foundation
import NPSModel

/// Finds an address in a body of any text format: plain, percent-encoded as in forms, escaped as in JSON, and these
/// within each other (a form field that holds JSON, JSON that holds JSON as text). Upper and lower case are the same,
/// and so are ASCII and its full-width forms.
///
/// Of UTF-16 only what is ASCII is read. A longer address that ends or begins with this one doesn't match. Compressed text and
/// base64 aren't decoded.
struct AddressSearch: Sendable {
    /// How many levels of encoding are decoded.
    private static let depth = 3

    private let needles: [[UInt8]]
    private let isASCII: Bool

    init(for address: EmailAddress) {
        let spellings = Set([address.address.lowercased(), address.asciiForm.lowercased()])
        needles = spellings.map { Array($0.utf8) }
        isASCII = needles.joined().allSatisfy { $0 < 0x80 }
    }

    func finds(in body: some Sequence<UInt8>) -> Bool {
        let body = Array(body)
        // ASCII in UTF-16 has a zero byte beside each character.
        var forms: Set<[UInt8]> = body.contains(0) ? [body, body.filter { $0 != 0 }] : [body]
        var seen = forms
        for _ in 0...Self.depth {
            if forms.contains(where: contains) { return true }
            forms = Set(forms.flatMap { [Self.percentDecoded($0), Self.unescaped($0)] }).subtracting(seen)
            if forms.isEmpty { return false }
            seen.formUnion(forms)
        }
        return false
    }

    private func contains(_ text: [UInt8]) -> Bool {
        let folded = folded(text)
        if needles.contains(where: { Self.contains($0, in: folded) }) { return true }
        // All full-width forms begin with this byte.
        guard text.contains(0xef) else { return false }
        let narrow = Array(String(decoding: text, as: UTF8.self).foldingFullWidth.utf8)
        return narrow.count < text.count && needles.contains { Self.contains($0, in: self.folded(narrow)) }
    }

    private func folded(_ text: [UInt8]) -> [UInt8] {
        guard !isASCII else { return text.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 } }
        return Array(String(decoding: text, as: UTF8.self).lowercased().precomposedStringWithCanonicalMapping.utf8)
    }

    private static func contains(_ needle: [UInt8], in text: [UInt8]) -> Bool {
        guard let first = needle.first, text.count >= needle.count else { return false }
        for start in 0...(text.count - needle.count) where text[start] == first {
            let end = start + needle.count
            guard text[start..<end].elementsEqual(needle) else { continue }
            let isPartOfLonger = (start > 0 && isLocal(text[start - 1])) || continues(text[end...])
            if !isPartOfLonger { return true }
        }
        return false
    }

    /// Whether the byte before the match makes it part of a longer address. Not so for characters that addresses may
    /// contain but that more often separate one from what is before it (`=`, `'`, `/`, a form's `+`).
    private static func isLocal(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }

    /// Whether the domain goes on after the match.
    private static func continues(_ rest: ArraySlice<UInt8>) -> Bool {
        guard let next = rest.first else { return false }
        if next == UInt8(ascii: ".") { return rest.dropFirst().first.map(isLetterOrDigit) ?? false }
        return isLetterOrDigit(next) || next == UInt8(ascii: "-")
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    }
}

extension AddressSearch {
    /// Leaves malformed escapes as they are.
    private static func percentDecoded(_ text: [UInt8]) -> [UInt8] {
        replacing(UInt8(ascii: "%"), in: text) { rest in
            guard let value = number(rest.prefix(2), digits: 2) else { return nil }
            return ([UInt8(truncatingIfNeeded: value)], 2)
        }
    }

    /// Decodes the escapes of JSON strings (RFC 8259 §7) anywhere in the text.
    private static func unescaped(_ text: [UInt8]) -> [UInt8] {
        replacing(UInt8(ascii: "\\"), in: text) { rest in
            guard let kind = rest.first else { return nil }
            switch kind {
            case UInt8(ascii: "u"): return codePoint(rest.dropFirst())
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return ([kind], 1)
            case UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
                return ([UInt8(ascii: " ")], 1)
            default: return nil
            }
        }
    }

    private static func codePoint(_ rest: ArraySlice<UInt8>) -> (bytes: [UInt8], length: Int)? {
        guard let unit = number(rest.prefix(4), digits: 4) else { return nil }
        if let scalar = Unicode.Scalar(unit) { return (Array(String(scalar).utf8), 5) }
        let tail = rest.dropFirst(4)
        guard (0xd800...0xdbff).contains(unit), tail.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]),
            let low = number(tail.dropFirst(2).prefix(4), digits: 4), (0xdc00...0xdfff).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00))
        else { return nil }
        return (Array(String(scalar).utf8), 11)
    }

    private static func number(_ digits: ArraySlice<UInt8>, digits count: Int) -> UInt32? {
        guard digits.count == count, digits.allSatisfy(isHexDigit) else { return nil }
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }

    /// - Parameter decode: what the mark and the bytes after it stand for, and how many bytes after it belong to it;
    ///   nil when they are no escape.
    private static func replacing(
        _ mark: UInt8,
        in text: [UInt8],
        _ decode: (ArraySlice<UInt8>) -> (bytes: [UInt8], length: Int)?
    ) -> [UInt8] {
        guard text.contains(mark) else { return text }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            if byte == mark, let (bytes, length) = decode(rest) {
                result += bytes
                rest = rest.dropFirst(length)
            } else {
                result.append(byte)
            }
        }
        return result
    }
}
