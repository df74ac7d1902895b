import Crypto
import Foundation

/// The permanent name of a response: minted before the first send, used as Planhat's `sourceId`.
///
/// Derived from who produced the answer, never from what it says, so that an edited answer keeps its id:
/// `nps1-` and the first 32 hex digits of SHA-256(source ‖ 0 ‖ the provider's response id).
package struct ResponseID: Sendable, Hashable, Codable, CustomStringConvertible, RawRepresentable {
    package static let prefix = "nps1-"

    package let rawValue: String

    package init(source: String, providerID: String) {
        var hash = SHA256()
        hash.update(data: Array(source.utf8))
        hash.update(data: [0])
        hash.update(data: Array(providerID.utf8))
        rawValue = Self.prefix + Hexadecimal.encode(hash.finalize().prefix(16))
    }

    /// Nil unless the text is `nps1-` followed by 32 lower-case hex digits.
    package init?(rawValue: String) {
        guard rawValue.hasPrefix(Self.prefix), rawValue.utf8.count == Self.prefix.utf8.count + 32 else { return nil }
        let digits = rawValue.utf8.dropFirst(Self.prefix.utf8.count)
        guard digits.allSatisfy(\.isLowercaseHexDigit) else { return nil }
        self.rawValue = rawValue
    }

    package var description: String { rawValue }
}
