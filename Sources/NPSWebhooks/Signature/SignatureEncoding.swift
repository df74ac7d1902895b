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
        var text = String(text)
        return text.withUTF8 { characters in
            let padding = characters.reversed().prefix { $0 == UInt8(ascii: "=") }.count
            guard padding <= 2, padding == 0 || characters.count.isMultiple(of: 4) else { return nil }
            return decode(characters.dropLast(padding), alphabet)
        }
    }

    /// Bits of the last character that belong to no byte may be anything, as Foundation has it.
    private static func decode(_ characters: Slice<UnsafeBufferPointer<UInt8>>, _ alphabet: Alphabet) -> [UInt8]? {
        guard characters.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 4 * 3 + 2)
        var (bits, count) = (UInt32(0), UInt32(0))
        for character in characters {
            guard let value = value(of: character, alphabet) else { return nil }
            bits = (bits & 0xff) << 6 | value
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> count))
        }
        return bytes
    }

    private static func value(of character: UInt8, _ alphabet: Alphabet) -> UInt32? {
        switch (character, alphabet) {
        case (UInt8(ascii: "A")...UInt8(ascii: "Z"), _): UInt32(character) - 0x41
        case (UInt8(ascii: "a")...UInt8(ascii: "z"), _): UInt32(character) - 0x61 + 26
        case (UInt8(ascii: "0")...UInt8(ascii: "9"), _): UInt32(character) - 0x30 + 52
        case (UInt8(ascii: "+"), .standard), (UInt8(ascii: "-"), .urlSafe): 62
        case (UInt8(ascii: "/"), .standard), (UInt8(ascii: "_"), .urlSafe): 63
        default: nil
        }
    }

    static func encode(_ bytes: [UInt8], _ alphabet: Alphabet) -> String {
        let text = Data(bytes).base64EncodedString()
        guard alphabet == .urlSafe else { return text }
        return text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
