import Foundation
import NPSModel

/// How a signature is written in its header.
package enum SignatureEncoding: String, Sendable, CaseIterable {
    /// Upper and lower case are read, lower case is written.
    case hex
    case base64
    case base64url
    /// As it is; for tokens only.
    case plain

    /// Nil for text that doesn't have this encoding.
    func decode(_ text: some StringProtocol) -> [UInt8]? {
        switch self {
        case .hex: Hexadecimal.decode(text)
        case .base64: Base64.decode(text, .standard)
        case .base64url: Base64.decode(text, .urlSafe)
        case .plain: Array(text.utf8)
        }
    }

    func encode(_ bytes: [UInt8]) -> String {
        switch self {
        case .hex: Hexadecimal.encode(bytes)
        case .base64: Base64.encode(bytes, .standard)
        case .base64url: Base64.encode(bytes, .urlSafe)
        case .plain: String(decoding: bytes, as: UTF8.self)
        }
    }
}

/// Base64 and base64url (RFC 4648 §4 and §5). Padding is optional when reading, since some senders leave it out.
enum Base64 {
    enum Alphabet {
        case standard
        case urlSafe
    }

    /// Nil for a character that isn't in the alphabet, misplaced padding and impossible lengths.
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
            // Foundation accepts padding in the middle.
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
