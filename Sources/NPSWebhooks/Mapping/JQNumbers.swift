import NPSModel

/// Keeps ids whole: libjq 1.6 has no numbers but doubles, so that 9007199254740993 would become …992, another
/// response's id. Whole numbers beyond 2^53 are handed to it as text.
enum JQNumbers {
    private static let largest = Array("9007199254740992".utf8)

    /// The JSON text with each such number in quotes; everything else stays as it is, broken JSON too.
    static func exact(_ json: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var copied = 0
        var index = 0
        while index < json.count {
            switch json[index] {
            case UInt8(ascii: "\""):
                index = endOfString(in: json, from: index)
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                let end = json[index...].firstIndex { !isNumeric($0) } ?? json.count
                if isTooLarge(json[index..<end]) {
                    result += json[copied..<index] + [UInt8(ascii: "\"")] + json[index..<end] + [UInt8(ascii: "\"")]
                    copied = end
                }
                index = end
            default:
                index += 1
            }
        }
        return copied == 0 ? json : result + json[copied...]
    }

    /// The index after the closing quote, or the end of a string that isn't closed.
    private static func endOfString(in json: [UInt8], from start: Int) -> Int {
        var index = start + 1
        while index < json.count {
            switch json[index] {
            case UInt8(ascii: "\""): return index + 1
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return json.count
    }

    /// Digits, sign, point and exponent: what a JSON number is made of.
    private static func isNumeric(_ byte: UInt8) -> Bool {
        byte.isASCIIDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E")
    }

    private static func isTooLarge(_ number: ArraySlice<UInt8>) -> Bool {
        let digits = number.first == UInt8(ascii: "-") ? number.dropFirst() : number
        guard digits.count >= largest.count, digits.first != UInt8(ascii: "0"), digits.allSatisfy(\.isASCIIDigit) else {
            return false
        }
        return digits.count > largest.count
            || !digits.lexicographicallyPrecedes(largest) && !digits.elementsEqual(largest)
    }
}
