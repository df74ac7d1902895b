/// Punycode (RFC 3492): how a domain's label is written in ASCII when it has other characters.
enum Punycode {
    /// The characters of a label, from what follows its `xn--`. Nil when that isn't Punycode.
    static func decoded(_ text: some StringProtocol) -> String? {
        let bytes = Array(text.utf8)
        let delimiter = bytes.lastIndex(of: UInt8(ascii: "-"))
        var scalars = bytes[..<(delimiter ?? 0)].map { Unicode.Scalar($0) }
        var digits = bytes[(delimiter.map { $0 + 1 } ?? 0)...]
        var (codePoint, index, bias) = (128, 0, 72)
        while !digits.isEmpty {
            guard let delta = number(&digits, bias: bias), index + delta <= limit else { return nil }
            let count = scalars.count + 1
            bias = adaptedBias(delta, count: count, isFirst: index == 0 && codePoint == 128)
            codePoint += (index + delta) / count
            index = (index + delta) % count
            guard let scalar = UInt32(exactly: codePoint).flatMap(Unicode.Scalar.init) else { return nil }
            scalars.insert(scalar, at: index)
            index += 1
        }
        return String(String.UnicodeScalarView(scalars))
    }

    /// More than any delta of a label: the largest code point times the longest label. It keeps the sums far from overflow.
    private static let limit = 0x110000 * 64

    /// §6.2: the next variable-length integer.
    private static func number(_ digits: inout ArraySlice<UInt8>, bias: Int) -> Int? {
        var (sum, weight, position) = (0, 1, 36)
        while let byte = digits.popFirst() {
            guard let digit = digit(byte), weight <= limit else { return nil }
            sum += digit * weight
            guard sum <= limit else { return nil }
            let threshold = min(max(position - bias, 1), 26)
            if digit < threshold { return sum }
            weight *= 36 - threshold
            position += 36
        }
        return nil
    }

    /// §5: `a` to `z` are 0 to 25, `0` to `9` are 26 to 35.
    private static func digit(_ byte: UInt8) -> Int? {
        if byte.isASCIIDigit { return Int(byte - UInt8(ascii: "0")) + 26 }
        return byte.isASCIILowercase ? Int(byte - UInt8(ascii: "a")) : nil
    }

    /// §6.1.
    private static func adaptedBias(_ delta: Int, count: Int, isFirst: Bool) -> Int {
        var delta = delta / (isFirst ? 700 : 2)
        delta += delta / count
        var bias = 0
        while delta > 455 {
            delta /= 35
            bias += 36
        }
        return bias + 36 * delta / (delta + 38)
    }
}
