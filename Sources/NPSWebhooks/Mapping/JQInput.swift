import NPSModel

/// Prepares JSON text for libjq 1.6, which loses or refuses two things that JSON allows, and one that the collector does.
/// Everything else stays as it is, malformed JSON too.
enum JQInput {
    static func prepared(_ json: [UInt8]) -> [UInt8] {
        withExactNumbers(withPairedSurrogates(withEscapedControls(json)))
    }
}

extension JQInput {
    private static let largest = Array("9007199254740992".utf8)

    /// Whole numbers beyond 2^53 become text, so that ids stay exact: libjq 1.6 has only doubles, and 9007199254740993
    /// would become …992, another response's id.
    private static func withExactNumbers(_ json: [UInt8]) -> [UInt8] {
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

extension JQInput {
    /// Unpaired surrogates, which text that was cut in the middle of an emoji ends in, become U+FFFD as in ``JSONValue``:
    /// libjq 1.6 refuses them or makes invalid UTF-8 of them.
    private static func withPairedSurrogates(_ json: [UInt8]) -> [UInt8] {
        var result = json
        var index = json.startIndex
        // Valid JSON has backslashes only in strings.
        while let backslash = json[index...].firstIndex(of: UInt8(ascii: "\\")) {
            guard let unit = escape(in: json, at: backslash) else {
                index = min(backslash + 2, json.endIndex)
                continue
            }
            index = backslash + 6
            guard (0xd800...0xdfff).contains(unit) else { continue }
            if unit < 0xdc00, let low = escape(in: json, at: index), (0xdc00...0xdfff).contains(low) {
                index += 6
            } else {
                result.replaceSubrange(backslash + 2..<backslash + 6, with: "fffd".utf8)
            }
        }
        return result
    }

    /// The code unit of the escape `\uXXXX`; nil when there is something else.
    private static func escape(in json: [UInt8], at start: Int) -> UInt16? {
        guard start + 6 <= json.endIndex, json[start] == UInt8(ascii: "\\"), json[start + 1] == UInt8(ascii: "u") else {
            return nil
        }
        return UInt16(String(decoding: json[start + 2..<start + 6], as: UTF8.self), radix: 16)
    }
}

extension JQInput {
    /// Control characters that are in strings as they are, such as line ends, become escapes.
    private static func withEscapedControls(_ json: [UInt8]) -> [UInt8] {
        guard json.contains(where: { $0 < 0x20 }) else { return json }
        var result: [UInt8] = []
        result.reserveCapacity(json.count)
        var isInString = false
        var isEscaped = false
        for byte in json {
            if isInString, byte < 0x20 {
                result += "\\u00".utf8 + Array(Hexadecimal.encode([byte]).utf8)
                continue
            }
            result.append(byte)
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = isInString
            } else if byte == UInt8(ascii: "\"") {
                isInString.toggle()
            }
        }
        return result
    }
}
