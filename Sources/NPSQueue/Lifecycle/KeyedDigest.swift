import Foundation
import NPSModel

/// The first 128 bits of an HMAC-SHA256 by the queue's own key: of a content, of an address, or of a trace. Who has the
/// digest alone can't test a guess.
struct KeyedDigest: RawRepresentable, Sendable, Hashable {
    let rawValue: UInt128

    init(rawValue: UInt128) {
        self.rawValue = rawValue
    }

    /// The first 16 of the bytes, the most significant first.
    init(bytes: some ContiguousBytes) {
        self.init(rawValue: bytes.withUnsafeBytes { $0.prefix(16).reduce(0) { $0 << 8 | UInt128($1) } })
    }

    /// Nil unless the text is 32 hexadecimal digits.
    init?(hexadecimal text: some StringProtocol) {
        guard text.utf8.count == 32, let value = UInt128(text, radix: 16) else { return nil }
        self.init(rawValue: value)
    }

    /// 32 digits in lower case.
    var hexadecimal: String {
        withUnsafeBytes(of: rawValue.bigEndian) { Hexadecimal.encode($0) }
    }
}
