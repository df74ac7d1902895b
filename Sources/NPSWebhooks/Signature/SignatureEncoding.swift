import Foundation
import NPSModel

/// How a signature is written in its header.
package enum SignatureEncoding: String, Sendable, CaseIterable {
    /// Both cases of letters are read, lower case is written.
    case hex
    case base64
    case base64url
    /// As it is: tokens only.
    case plain

    /// Nil for text that isn't in this encoding.
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
