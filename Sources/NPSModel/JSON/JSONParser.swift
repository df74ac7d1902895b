import Foundation

/// Reads one JSON text (RFC 8259), strictly: only white space may follow it, text must be valid UTF-8 and escapes must
/// be complete. Of several members with one name the last wins, as in jq. Two things that RFC 8259 leaves open are
/// accepted, because senders do them: a byte order mark in front (§8.1), and an unpaired surrogate (§8.2), which text
/// that was cut in the middle of an emoji ends in; it becomes U+FFFD. One that it forbids is accepted too: control
/// characters in strings as they are, except NUL. Bodies that are made from templates have line ends in them.
///
/// Written by hand because every webhook is parsed here, and Foundation's decoder finds a value's type by trying each.
struct JSONParser {
    struct Failure: Error {}

    /// Deeper nesting is refused, because each level takes space on the stack.
    static let depthLimit = 128

    /// About as many as a draft has.
    private static let usualMembers = 6

    private let bytes: [UInt8]
    private var index = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    static func parse(_ bytes: [UInt8]) throws(Failure) -> JSONValue {
        var parser = JSONParser(bytes)
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { parser.index = 3 }
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.index == bytes.count else { throw Failure() }
        return value
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        index += 1
        return true
    }

    private mutating func value(depth: Int) throws(Failure) -> JSONValue {
        guard depth <= Self.depthLimit else { throw Failure() }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(Failure) -> JSONValue {
        for offset in 0..<word.utf8CodeUnitCount {
            guard take(word.utf8Start[offset]) else { throw Failure() }
        }
        return value
    }

    private mutating func object(depth: Int) throws(Failure) -> JSONValue {
        index += 1
        var members: [String: JSONValue] = [:]
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        // Of the outermost alone: it has several, and a body of nothing but small objects must not take much more memory.
        if depth == 0 { members.reserveCapacity(Self.usualMembers) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw Failure() }
            let name = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw Failure() }
            members[name] = try value(depth: depth + 1)
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw Failure() }
        }
    }

    private mutating func array(depth: Int) throws(Failure) -> JSONValue {
        index += 1
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw Failure() }
        }
    }
}

extension JSONParser {
    private mutating func string() throws(Failure) -> String {
        index += 1
        let start = index
        var bits: UInt8 = 0
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte != 0 {
            bits |= byte
            index += 1
        }
        // Most strings have no escapes and are read in one piece; most of them are ASCII, of which nothing has to be checked.
        if next == UInt8(ascii: "\"") {
            defer { index += 1 }
            let bytes = bytes[start..<index]
            return bits < 0x80 ? String(decoding: bytes, as: UTF8.self) : try text(bytes)
        }
        var unescaped = Array(bytes[start..<index])
        while let byte = next {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return try text(unescaped[...])
            case UInt8(ascii: "\\"): try escape(into: &unescaped)
            case 1...: unescaped.append(byte)
            default: throw Failure()
            }
        }
        throw Failure()
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(Failure) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Failure() }
        return text
    }

    private mutating func escape(into text: inout [UInt8]) throws(Failure) {
        guard let byte = next else { throw Failure() }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text += Array(String(try scalar()).utf8)
        default: throw Failure()
        }
    }

    /// The scalar of `\uXXXX`, or of the surrogate pair that begins there.
    private mutating func scalar() throws(Failure) -> Character {
        let unit = try codeUnit()
        if let scalar = Unicode.Scalar(unit) { return Character(scalar) }
        let end = index
        guard (0xd800...0xdbff).contains(unit), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")),
            case let low = try codeUnit(), (0xdc00...0xdfff).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(unit - 0xd800) << 10) + UInt32(low - 0xdc00))
        else {
            // Unpaired: what follows, even if it is an escape, is read on its own.
            index = end
            return "\u{fffd}"
        }
        return Character(scalar)
    }

    private mutating func codeUnit() throws(Failure) -> UInt16 {
        guard index + 4 <= bytes.count, let high = Hexadecimal.byte(bytes[index], bytes[index + 1]),
            let low = Hexadecimal.byte(bytes[index + 2], bytes[index + 3])
        else { throw Failure() }
        index += 4
        return UInt16(high) << 8 | UInt16(low)
    }

    private mutating func number() throws(Failure) -> JSONValue {
        let start = index
        _ = take(UInt8(ascii: "-"))
        let whole = digits()
        guard whole > 0, whole == 1 || bytes[index - whole] != UInt8(ascii: "0") else { throw Failure() }
        var isWhole = true
        if take(UInt8(ascii: ".")) {
            isWhole = false
            guard digits() > 0 else { throw Failure() }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard digits() > 0 else { throw Failure() }
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isWhole, let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { throw Failure() }
        // 9.0 and 9 are one number; from 2^53 on, a Double no longer holds every whole number.
        if abs(number) < 9_007_199_254_740_992, let integer = Int64(exactly: number) { return .integer(integer) }
        return .number(number)
    }

    private mutating func digits() -> Int {
        let start = index
        while let byte = next, byte.isASCIIDigit { index += 1 }
        return index - start
    }
}
