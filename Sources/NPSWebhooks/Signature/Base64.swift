import Foundation

/// RFC 4648 §4 and §5. Padding may be left out when reading, since senders in the field leave it out.
enum Base64 {
    enum Alphabet {
        case standard
        case urlSafe
    }

    /// Nil for a character beyond the alphabet, padding in the wrong place and impossible lengths.
    static func decode(_ text: some StringProtocol, _ alphabet: Alphabet) -> [UInt8]? {
        var characters = Array(text.utf8)
        let paddingLength = characters.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard paddingLength <= 2, paddingLength == 0 || characters.count.isMultiple(of: 4) else { return nil }
        characters.removeLast(paddingLength)
        for index in characters.indices {
            switch (characters[index], alphabet) {
            case (UInt8(ascii: "-"), .urlSafe): characters[index] = UInt8(ascii: "+")
            case (UInt8(ascii: "_"), .urlSafe): characters[index] = UInt8(ascii: "/")
            case (UInt8(ascii: "+"), .urlSafe), (UInt8(ascii: "/"), .urlSafe): return nil
            // Foundation lets padding pass in the middle.
            case (UInt8(ascii: "="), _): return nil
            default: break
            }
        }
        guard characters.count % 4 != 1 else { return nil }
        characters += [UInt8](repeating: UInt8(ascii: "="), count: (4 - characters.count % 4) % 4)
        return Data(base64Encoded: Data(characters)).map(Array.init)
    }

    static func encode(_ bytes: [UInt8], _ alphabet: Alphabet) -> String {
        let text = Data(bytes).base64EncodedString()
        guard alphabet == .urlSafe else { return text }
        return text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
