import CJQ
import NPSModel

/// Makes one value of libjq of one JSON text, by exactly the grammar of `JSONValue.init(parsing:)`, in one pass: libjq's
/// own parser reads `nan` and `+1` too, refuses text that was cut in the middle of an emoji, and takes three times as long.
///
/// Whole numbers beyond 2^53 become text, so that ids stay exact: libjq 1.6 has only doubles, and 9007199254740993 would
/// become …992, another response's id.
struct JQReader: ~Copyable {
    struct Failure: Error {}

    /// As many levels as `JSONValue` has. Each takes space on the stack.
    static let depthLimit = 128

    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    private init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// - Parameter names: those of the members that were read before.
    static func read(_ json: [UInt8], names: inout JQNames) throws(Failure) -> JQValue {
        // Texts of libjq have lengths of 32 bits.
        guard json.count < Int32.max else { throw Failure() }
        let raw = try json.withUnsafeBufferPointer { bytes throws(Failure) in
            var reader = JQReader(bytes)
            if bytes.starts(with: [0xef, 0xbb, 0xbf]) { reader.index = 3 }
            let value = try reader.value(depth: 0, &names)
            reader.skipSpace()
            guard reader.index == bytes.count else { throw Failure() }
            return value.take()
        }
        return JQValue(consuming: raw)
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

    private mutating func value(depth: Int, _ names: inout JQNames) throws(Failure) -> JQValue {
        guard depth <= Self.depthLimit else { throw Failure() }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth, &names)
        case UInt8(ascii: "["): return try array(depth: depth, &names)
        case UInt8(ascii: "\""): return try string { .text($0) }
        case UInt8(ascii: "t"): return try word("true", jv_true())
        case UInt8(ascii: "f"): return try word("false", jv_false())
        case UInt8(ascii: "n"): return try word("null", jv_null())
        default: return try number()
        }
    }

    /// - Parameter value: one that takes no memory.
    private mutating func word(_ word: StaticString, _ value: jv) throws(Failure) -> JQValue {
        for offset in 0..<word.utf8CodeUnitCount {
            guard take(word.utf8Start[offset]) else { throw Failure() }
        }
        return JQValue(consuming: value)
    }

    private mutating func object(depth: Int, _ names: inout JQNames) throws(Failure) -> JQValue {
        index += 1
        var object = JQValue(consuming: jv_object())
        skipSpace()
        if take(UInt8(ascii: "}")) { return object }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw Failure() }
            let name = try string { names.text($0).take() }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw Failure() }
            object.set(name, try value(depth: depth + 1, &names))
            skipSpace()
            if take(UInt8(ascii: "}")) { return object }
            guard take(UInt8(ascii: ",")) else { throw Failure() }
        }
    }

    private mutating func array(depth: Int, _ names: inout JQNames) throws(Failure) -> JQValue {
        index += 1
        var array = JQValue(consuming: jv_array())
        skipSpace()
        if take(UInt8(ascii: "]")) { return array }
        while true {
            array.append(try value(depth: depth + 1, &names))
            skipSpace()
            if take(UInt8(ascii: "]")) { return array }
            guard take(UInt8(ascii: ",")) else { throw Failure() }
        }
    }
}

extension JQReader {
    /// Reads a string and makes a value of its text, which is valid UTF-8 and lent.
    private mutating func string(_ value: (UnsafeBufferPointer<UInt8>) -> jv) throws(Failure) -> JQValue {
        index += 1
        let start = index
        var seen: UInt8 = 0
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte != 0 {
            seen |= byte
            index += 1
        }
        guard next == UInt8(ascii: "\"") else { return try escapedString(from: start, value) }
        defer { index += 1 }
        let text = UnsafeBufferPointer(rebasing: bytes[start..<index])
        // Most texts are ASCII, which is valid.
        guard seen < 0x80 || String(validating: text, as: UTF8.self) != nil else { throw Failure() }
        return JQValue(consuming: value(text))
    }

    /// The rest of a string, from its first escape on.
    ///
    /// - Parameter start: of the string, behind its quote.
    private mutating func escapedString(
        from start: Int,
        _ value: (UnsafeBufferPointer<UInt8>) -> jv
    ) throws(Failure) -> JQValue {
        var text = Array(bytes[start..<index])
        while let byte = next {
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard String(validating: text, as: UTF8.self) != nil else { throw Failure() }
                return JQValue(consuming: text.withUnsafeBufferPointer(value))
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 1...: text.append(byte)
            default: throw Failure()
            }
        }
        throw Failure()
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
        case UInt8(ascii: "u"): text += String(Character(try scalar())).utf8
        default: throw Failure()
        }
    }

    /// The scalar of `\uXXXX`, or of the surrogate pair that begins there. An unpaired surrogate, which text that was cut
    /// in the middle of an emoji ends in, becomes U+FFFD.
    private mutating func scalar() throws(Failure) -> Unicode.Scalar {
        let unit = try codeUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        let end = index
        guard (0xd800...0xdbff).contains(unit), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")),
            case let low = try codeUnit(), (0xdc00...0xdfff).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(unit - 0xd800) << 10) + UInt32(low - 0xdc00))
        else {
            // What follows, even if it is an escape, is read on its own.
            index = end
            return "\u{fffd}"
        }
        return scalar
    }

    private mutating func codeUnit() throws(Failure) -> UInt16 {
        guard index + 4 <= bytes.count, let high = Hexadecimal.byte(bytes[index], bytes[index + 1]),
            let low = Hexadecimal.byte(bytes[index + 2], bytes[index + 3])
        else { throw Failure() }
        index += 4
        return UInt16(high) << 8 | UInt16(low)
    }
}

extension JQReader {
    private mutating func number() throws(Failure) -> JQValue {
        let start = index
        let isNegative = take(UInt8(ascii: "-"))
        let whole = digits()
        guard whole > 0, whole == 1 || bytes[index - whole] != UInt8(ascii: "0") else { throw Failure() }
        let wholeEnd = index
        if take(UInt8(ascii: ".")) {
            guard digits() > 0 else { throw Failure() }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard digits() > 0 else { throw Failure() }
        }
        let text = UnsafeBufferPointer(rebasing: bytes[start..<index])
        let isWhole = index == wholeEnd
        if isWhole, let number = Self.exactNumber(text.dropFirst(isNegative ? 1 : 0)) {
            return JQValue(consuming: jv_number(isNegative ? -number : number))
        }
        guard let number = Double(String(decoding: text, as: UTF8.self)), number.isFinite else { throw Failure() }
        return JQValue(consuming: isWhole ? .text(text) : jv_number(number))
    }

    /// Nil for more than 2^53, up to which libjq's doubles hold every whole number.
    private static func exactNumber(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Double? {
        // 2^53 has 16 digits, and no number of 16 digits overflows.
        guard digits.count <= 16 else { return nil }
        let number = digits.reduce(0) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) }
        return number <= 9_007_199_254_740_992 ? Double(number) : nil
    }

    private mutating func digits() -> Int {
        let start = index
        while let byte = next, byte.isASCIIDigit { index += 1 }
        return index - start
    }
}
