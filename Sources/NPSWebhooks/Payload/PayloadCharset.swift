import Foundation
import NPSModel

/// A charset other than UTF-8 that a `Content-Type` states.
///
/// It counts only where a text is no UTF-8. Some senders state a charset that isn't theirs; and no signature covers the
/// `Content-Type`, so whoever sends a genuine delivery again must not be able to change its text.
package enum PayloadCharset: Sendable, Hashable {
    /// Also what senders mean by ISO-8859-1, which has control characters in the place of quotes and the euro sign (WHATWG
    /// Encoding §4.2).
    case windows1252
    /// `nil` = the byte order mark tells, or where the zero byte of the first character is.
    case utf16(isBigEndian: Bool?)

    /// Nil for UTF-8 and for what isn't known here.
    init?(label: some StringProtocol) {
        switch label.trimmingSpaces.lowercased() {
        case "iso-8859-1", "iso8859-1", "iso88591", "iso_8859-1", "iso_8859-1:1987", "latin1", "latin-1", "l1", "cp819",
            "windows-1252", "cp1252", "x-cp1252":
            self = .windows1252
        case "utf-16", "utf16", "unicode": self = .utf16(isBigEndian: nil)
        case "utf-16le", "utf16le": self = .utf16(isBigEndian: false)
        case "utf-16be", "utf16be": self = .utf16(isBigEndian: true)
        default: return nil
        }
    }

    /// The one that a content type states.
    init?(contentType: String?) {
        guard let contentType, let start = contentType.utf8.firstIndex(of: UInt8(ascii: ";")),
            let label = HeaderParameters(contentType[start...])["charset"]
        else { return nil }
        self.init(label: label)
    }

    /// A request's content type, with the charset in it that some senders give as the `Content-Encoding`.
    package static func contentType(_ type: String?, coding: String?) -> String? {
        guard let coding, PayloadCharset(label: coding) != nil else { return type }
        let type = type ?? "application/json"
        let parameters = HeaderParameters(type.drop { $0 != ";" })
        return parameters["charset"] == nil ? "\(type); charset=\(coding)" : type
    }

    /// The text of these bytes; nil when they are neither UTF-8 nor text in the charset that is stated.
    static func text(_ bytes: some Collection<UInt8>, in stated: PayloadCharset?) -> String? {
        // ASCII in UTF-16 is UTF-8 too, with a zero byte beside each character.
        let isMaybeUTF16 = stated?.isUTF16 == true && bytes.contains(0)
        if !isMaybeUTF16, let text = String(validating: bytes, as: UTF8.self) { return text }
        return stated?.text(bytes)
    }

    private var isUTF16: Bool { if case .utf16 = self { true } else { false } }

    private func text(_ bytes: some Collection<UInt8>) -> String? {
        switch self {
        case .windows1252:
            // Five bytes mean nothing in Windows-1252; with any of them it is ISO-8859-1.
            String(bytes: bytes, encoding: .windowsCP1252) ?? String(bytes: bytes, encoding: .isoLatin1)
        case .utf16(let isBigEndian): Self.utf16(Array(bytes), isBigEndian: isBigEndian)
        }
    }

    private static func utf16(_ bytes: [UInt8], isBigEndian: Bool?) -> String? {
        guard bytes.count.isMultiple(of: 2) else { return nil }
        let isBigEndian = isBigEndian ?? (bytes.starts(with: [0xfe, 0xff]) || bytes.first == 0)
        let units = stride(from: 0, to: bytes.count, by: 2).map { index in
            let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            return isBigEndian ? first << 8 | second : second << 8 | first
        }
        return String(decoding: units.first == 0xfeff ? units[1...] : units[...], as: UTF16.self)
    }
}
