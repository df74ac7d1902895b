import Crypto
import Foundation

/// The permanent id of a response, used as Planhat's `sourceId`.
///
/// Derived from the source and the provider's id, never from the content, so that an edited answer keeps its id:
/// `nps1-` and the first 32 hex digits of SHA-256(source ‖ 0 ‖ provider's id).
package struct ResponseID: Sendable, Hashable, Codable, CustomStringConvertible, RawRepresentable {
    package static let prefix = "nps1-"

    package let rawValue: String

    package init(source: String, providerID: String) {
        var bytes = Array(source.utf8)
        bytes.append(0)
        bytes.append(contentsOf: providerID.utf8)
        rawValue = Self.prefix + Hexadecimal.encode(SHA256.hash(data: bytes), first: 16)
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
