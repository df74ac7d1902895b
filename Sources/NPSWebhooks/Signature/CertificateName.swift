import NPSModel
import X509

/// A name that a client certificate must have among its subject alternative names (RFC 5280 §4.2.1.6), exactly: no
/// wildcard counts.
package struct CertificateName: Sendable, Hashable {
    private enum Kind: String, Sendable {
        case dns
        case email
        case uri
    }

    private let kind: Kind
    private let text: String

    /// - Parameter text: a host name; with `@` an e-mail address, with `:` a URI such as `spiffe://example.com/nps`.
    /// - Returns: nil for a text that is none of these.
    init?(_ text: String) {
        guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            return nil
        }
        if text.contains(":") {
            (kind, self.text) = (.uri, text)
        } else if text.contains("@") {
            (kind, self.text) = (.email, text)
        } else {
            guard text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(Self.isLabel) else {
                return nil
            }
            (kind, self.text) = (.dns, text.lowercased())
        }
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count)
            && label.utf8.allSatisfy {
                $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
    }

    /// Case counts in addresses and URIs, and not in host names.
    func isSame(as name: GeneralName) -> Bool {
        switch (kind, name) {
        case (.dns, .dnsName(let other)): other.lowercased() == text
        case (.email, .rfc822Name(let other)), (.uri, .uniformResourceIdentifier(let other)): other == text
        default: false
        }
    }
}

extension CertificateName: CustomStringConvertible {
    package var description: String { kind.rawValue + ":" + text }
}
