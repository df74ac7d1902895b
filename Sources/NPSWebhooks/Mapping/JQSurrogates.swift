/// Half a surrogate pair, which text ends in that was cut in the middle of an emoji, is an error to libjq 1.6 or becomes
/// what is no UTF-8. It is handed over as U+FFFD, which ``JSONValue`` makes of it, too.
enum JQSurrogates {
    /// The JSON text with each such half replaced; everything else stays as it is, broken JSON too.
    static func paired(_ json: [UInt8]) -> [UInt8] {
        var result = json
        var index = json.startIndex
        // Outside of strings valid JSON has no backslash.
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

    /// The code unit of `\uXXXX`; nil when there is something else.
    private static func escape(in json: [UInt8], at start: Int) -> UInt16? {
        guard start + 6 <= json.endIndex, json[start] == UInt8(ascii: "\\"), json[start + 1] == UInt8(ascii: "u") else {
            return nil
        }
        return UInt16(String(decoding: json[start + 2..<start + 6], as: UTF8.self), radix: 16)
    }
}
